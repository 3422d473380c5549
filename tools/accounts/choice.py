"""Chooses where a tool works: on AWS, or on a local run."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from accounts import profiles
from accounts.aws import Aws
from accounts.emulated import Emulated
from accounts.errors import AccountError
from accounts.model import Accounts
from local import system

Endpoint = Annotated[
    str | None,
    typer.Option(
        "--endpoint-url",
        envvar="AWS_ENDPOINT_URL",
        help="Work on the local AWS at this address; default: the running local run, if any.",
    ),
]
Profiles = Annotated[
    list[str] | None,
    typer.Option(
        "--profile",
        metavar="ACCOUNT=PROFILE",
        help="The profile for an account, once for each; default: the one that is for it.",
    ),
]
OnAws = Annotated[bool, typer.Option("--aws", help="Work on AWS, even while a local run is up.")]


def choose(
    assembly: Path,
    *,
    endpoint: str | None = None,
    profile_options: Sequence[str] = (),
    aws: bool = False,
) -> Accounts:
    """What makes the clients for an assembly's accounts.

    On AWS where `aws` says so or profiles are given; else at the endpoint; else on the local run
    of this assembly, if it is running; else on AWS.

    Raises AccountError for options that contradict each other or cannot be read.
    """
    given = profiles.given(profile_options)
    wants_aws = aws or bool(given)
    # An endpoint of the environment is a habit, not a contradiction.
    if wants_aws and endpoint and endpoint != os.environ.get("AWS_ENDPOINT_URL"):
        option = "--aws" if aws else "--profile"
        raise AccountError(f"{option} and --endpoint-url {endpoint}: expected one of them")
    if wants_aws:
        return Aws(given)
    found = _address(endpoint) if endpoint else _running(assembly)
    if found:
        return Emulated(found.rstrip("/"))
    return Aws(given, f"; no local run of {assembly} is up: `python -m local up` starts one")


def _address(endpoint: str) -> str:
    parts = urlsplit(endpoint)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise AccountError(
            f"--endpoint-url {endpoint}: expected an address such as http://127.0.0.1:4599"
        )
    return endpoint


def _running(assembly: Path) -> str | None:
    present = system.load(assembly)
    running = present is not None and present.emulator.is_running()
    return present.endpoint if present is not None and running else None
