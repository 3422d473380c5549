"""A function as the measurements run it, and the app that they find it in."""

import os
import shlex
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

TOOLS = Path(__file__).parents[1]
SECRET = "bench"
ENDS_WITHIN_S = 600


@dataclass(frozen=True)
class App:
    """The app that is measured: the command that synthesizes it, and where what is made stands."""

    command: str
    work: Path

    @property
    def outdir(self) -> Path:
        """Where `synthesize` writes the cloud assembly."""
        return self.work / "cdk.out"

    @cached_property
    def assembly(self) -> Path:
        """The folder of the cloud assembly, synthesized when first asked for."""
        self.synthesize()
        return self.outdir

    def synthesize(self, **environment: str) -> str:
        """Runs the app as a process of its own; returns what it wrote to its standard error.

        RuntimeError, with that, if it fails or cannot be run.
        """
        ours = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "CDK_"))}
        ours |= {"PATH": path(), "CDK_OUTDIR": str(self.outdir), "JSII_DEPRECATED": "quiet"}
        self.work.mkdir(parents=True, exist_ok=True)
        try:
            done = subprocess.run(
                shlex.split(self.command),
                env=ours | environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )
        except OSError as error:
            raise RuntimeError(f"{self.command} cannot be run: {error}") from error
        if done.returncode:
            raise RuntimeError(f"{self.command} ended with {done.returncode}:\n{done.stderr}")
        return done.stderr


@dataclass(frozen=True)
class Function:
    """A function of an assembly.

    `name` is its POWERTOOLS_SERVICE_NAME where no other function has the same, else its stack and
    construct path. `code` are the folders that hold its modules, its own first. `obstacle` says why
    it cannot be run here, and is empty where it can.
    """

    name: str
    arn: str
    handler: str
    code: tuple[Path, ...]
    variables: dict[str, str]
    consumes: bool
    """Whether events reach it, from a queue, a stream, a topic or a bus."""
    batch: int
    """How many records it gets at a time; 0 if it gets whole events, not a queue's or stream's."""
    obstacle: str = ""

    @property
    def module(self) -> str:
        """The module of the handler."""
        return self.handler.rpartition(".")[0].replace("/", ".")

    @property
    def account(self) -> str:
        """The account that it runs in."""
        return self.arn.split(":")[4]

    @property
    def region(self) -> str:
        """The region that it runs in."""
        return self.arn.split(":")[3]

    @property
    def database(self) -> str:
        """What the ARNs of the tables of its account and region begin with."""
        return f"arn:{self.arn.split(':')[1]}:dynamodb:{self.region}:{self.account}:table/"

    def run(self, *arguments: str, work: Path, **environment: str) -> str:
        """Runs Python with these arguments as this function would see its process on Lambda.

        Returns its standard output. RuntimeError, with the last of its standard error, if it fails.
        """
        own = {
            "PATH": path(),
            "PYTHONPATH": os.pathsep.join([*map(str, self.code), str(TOOLS)]),
            "PYTHONPYCACHEPREFIX": str(work / "bytecode"),
            # What is known only where it is deployed is named in brackets that are no ASCII.
            "PYTHONUTF8": "1",
            "AWS_DEFAULT_REGION": self.region,
            "AWS_REGION": self.region,
            "AWS_ACCESS_KEY_ID": SECRET,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_LAMBDA_FUNCTION_NAME": self.name,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        }
        try:
            done = subprocess.run(
                [sys.executable, *arguments],
                cwd=self.code[0],
                env=self.variables | own | environment,
                capture_output=True,
                text=True,
                check=False,
                timeout=ENDS_WITHIN_S,
            )
        except subprocess.TimeoutExpired as error:
            raise RuntimeError(f"{self.name} did not end within {ENDS_WITHIN_S} s") from error
        if done.returncode:
            last = "\n".join(done.stderr.splitlines()[-5:])
            raise RuntimeError(f"{self.name} ended with {done.returncode}: {last}")
        return done.stdout


@dataclass(frozen=True)
class Table:
    """A table of an assembly: its key's attributes, and whether its stream is on and shows what."""

    arn: str
    keys: tuple[str, ...]
    view: str | None


Record = dict[str, Any]
"""What a function gets: one of the records of a batch, or a whole event."""


def path() -> str:
    """What PATH must be for the app and its functions, which need what this interpreter has."""
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
