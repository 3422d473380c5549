"""Runs the CDK CLI, one stack and one account at a time, with that account's credentials alone."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from accounts import Accounts
from deploy.errors import DeployError
from local.left_out import copy_without_left_out
from routes.order.states import Key

CLI = Path("node_modules/.bin/cdk")


@contextmanager
def deployable(folder: Path, *, is_local: bool) -> Iterator[Path]:
    """An assembly as the CLI may have it: for a local run, a copy without what is not for that."""
    if not is_local:
        yield folder
        return
    with TemporaryDirectory() as temporary:
        yield copy_without_left_out(folder, Path(temporary) / folder.name)


def artifact_id(folder: Path, key: Key) -> str:
    """What the CDK CLI calls a stack: its path in the assembly."""
    for artifact, entry in json.loads((folder / "manifest.json").read_text())["artifacts"].items():
        name = entry.get("properties", {}).get("stackName", artifact)
        home = f"aws://{key.account}/{key.region}"
        if entry.get("type") == "aws:cloudformation:stack" and (
            (name, entry.get("environment")) == (key.name, home)
        ):
            return str(entry.get("displayName", artifact)).split(" ")[0]
    raise DeployError(f"{folder}: its manifest has no stack {key.name} of account {key.account}")


def deploy_command(
    folder: Path, key: Key, parameters: Mapping[str, str], extra: Sequence[str] = ()
) -> list[str]:
    """The command that deploys one stack and no other, with these values of its parameters."""
    stack = artifact_id(folder, key)
    given = [word for item in parameters.items() for word in ("--parameters", "=".join(item))]
    command = ["cdk", "deploy", stack, "--exclusively", "--app", str(folder), "--no-notices"]
    return [*command, *given, *extra]


def run(command: Sequence[str], accounts: Accounts, account: str, region: str) -> None:
    """Runs a command of the CDK CLI with an account's credentials. DeployError when it fails."""
    # Whatever else the environment says of AWS is meant for another account.
    mine = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment = {
        **mine,
        **accounts.environment(account, region),
        "CDK_DISABLE_CLI_TELEMETRY": "1",
    }
    done = subprocess.run([_cli(), *command[1:]], env=environment, check=False)
    if done.returncode != 0:
        raise DeployError(
            f"`{' '.join(command)}` in account {account} ended with status {done.returncode}; "
            "what comes after it was not begun"
        )


def _cli() -> str:
    found = str(CLI.resolve()) if CLI.exists() else shutil.which("cdk")
    if found is None:
        raise DeployError(
            f"the CDK CLI is neither at {CLI} nor on the PATH: `make cli` installs it"
        )
    return found
