"""Copies of this repository, with a made-up domain in it, and commands that run there."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from tests.conftest import ROOT, WITHOUT_VALIDATION

NAME, MODULE, EVENT = "made-up-domain", "made_up_domain", "MadeUpDomainNoted"
OBSERVES = "invoicing:InvoiceIssued"
SHARED = ".build"
"""The functions' packages: installed once, and the same for every copy."""
MADE = {SHARED, "cdk.out", "__pycache__", ".mypy_cache", ".ruff_cache"}
"""Folders of a copy that are no part of it."""


class Copy(NamedTuple):
    """A checkout of its own, without git and virtual environment."""

    folder: Path

    @property
    def assembly(self) -> Path:
        """Where `synthesizes` writes."""
        return self.folder / "cdk.out"

    def run(self, *command: str, validated: bool = False) -> subprocess.CompletedProcess[str]:
        """Runs `python -m …` or `python script …` in the copy; returns its status and output.

        What it synthesizes, CDK validates only if asked for.
        """
        paths = (self.folder, self.folder / "lambdas", self.folder / "tools")
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "CDK_", "PYTEST"))}
        return subprocess.run(
            [sys.executable, *command],
            cwd=self.folder,
            env=kept
            | ({} if validated else WITHOUT_VALIDATION)
            | {"PYTHONPATH": os.pathsep.join(map(str, paths))},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def succeeds(self, *command: str, validated: bool = False) -> str:
        """What a command prints that has to succeed."""
        done = self.run(*command, validated=validated)
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-4000:]}"
        return done.stdout

    def synthesizes(self) -> None:
        """Writes the cloud assembly."""
        self.succeeds("app.py")

    def tests(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs tests of the copy, which has been synthesized, in one process."""
        given = ("--assembly", str(self.assembly)) if self.assembly.exists() else ()
        return self.run("-m", "pytest", "-q", "-p", "no:xdist", *given, *arguments)

    def replace(self, file: str, old: str, new: str) -> None:
        """Replaces a text that has to be in a file."""
        path = self.folder / file
        text = path.read_text()
        assert old in text, f"{old!r} in {file}"
        path.write_text(text.replace(old, new))


def copy(folder: Path, source: Path = ROOT) -> Copy:
    """A copy of a checkout."""
    for path in files(source):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source / path, folder / path)
    (folder / SHARED).symlink_to(ROOT / SHARED)
    return Copy(folder)


def with_domain(folder: Path) -> Copy:
    """A copy with a domain that the generator makes, and the schemas of its contract."""
    made = copy(folder)
    made.succeeds("-m", "scaffold", NAME, "--observes", OBSERVES)
    made.succeeds("-m", "contracts.language.schemas")
    return made


def files(source: Path) -> list[Path]:
    """What git keeps, or would keep, of a checkout; of a copy, everything."""
    if not (source / ".git").exists():
        return [
            path.relative_to(source)
            for path in source.rglob("*")
            if path.is_file() and not MADE & set(path.relative_to(source).parts)
        ]
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=source, capture_output=True, text=True, check=True)
    return [Path(line) for line in listed.stdout.splitlines() if (source / line).is_file()]
