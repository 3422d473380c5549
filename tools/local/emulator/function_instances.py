"""The processes that run functions here: which there are, and which of them makes a call.

On Lambda each is an execution environment, and no API tells of them. A process gets an application
id that its SDK names in every call.
https://docs.aws.amazon.com/sdkref/latest/guide/feature-appid.html

This can go when nothing asks.
"""

import re
import subprocess
import uuid
from typing import Any, NamedTuple, TypeAlias

from local.emulator import forked_workers

APPLICATION_ID = "AWS_SDK_UA_APP_ID"
FUNCTION = "_LAMBDA_FUNCTION_ARN"
_NAMED = re.compile(rb"\bapp/([0-9a-f]{32})\b")


Process: TypeAlias = "forked_workers.ForkedWorker | subprocess.Popen[str]"


class Instance(NamedTuple):
    """A process and the ARN, without a version, of the function that it runs."""

    process: Process
    function: str


_instances: dict[str, Instance] = {}


def start(command: list[str], *, env: dict[str, str], **options: Any) -> Process:
    """Starts a process that runs the function which its environment names."""
    id = uuid.uuid4().hex
    process = forked_workers.start(command, env={APPLICATION_ID: id, **env}, **options)
    for gone in [id for id, (other, _) in list(_instances.items()) if other.poll() is not None]:
        _instances.pop(gone, None)
    _instances[id] = Instance(process, ":".join(env.get(FUNCTION, "").split(":")[:7]))
    return process


def running() -> list[dict[str, Any]]:
    """The process id and the function's ARN of each."""
    return [
        {"pid": process.pid, "function": function}
        for process, function in list(_instances.values())
        if process.poll() is None
    ]


def calling(headers: dict[bytes, bytes]) -> Instance | None:
    """The one that makes a call with these headers, if any does."""
    named = _NAMED.search(headers.get(b"user-agent", b""))
    return _instances.get(named[1].decode()) if named else None
