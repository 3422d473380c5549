"""Handlers see a function's environment, not that of the emulator.

On Lambda a function sees its own variables and those of the runtime. ministack 1.5.33 starts the
workers with all of its own environment besides. `local.process` gives the emulator nothing of
the user's; this addition keeps the emulator's own settings from the handlers.

It can go when ministack starts workers with an environment of their own.
"""

import subprocess
from typing import Any

from ministack.core import lambda_runtime

from local.emulator import ORGANIZATION_VARIABLE, function_instances, seams

EMULATOR_SETTINGS = frozenset(
    {
        "AUTH",
        "BIND_HOST",
        "DOCKER_HOST",
        "GATEWAY_PORT",
        "IOT_MTLS_ENABLED",
        "MINISTACK_HOST",
        ORGANIZATION_VARIABLE,
        "S3_DATA_DIR",
        "SFTP_ENABLED",
        "STATE_DIR",
    }
)


def install() -> None:
    """Starts workers without the emulator's settings."""
    seams.replace(lambda_runtime, "subprocess", _WorkerProcesses())


class _WorkerProcesses:
    """The module `subprocess` as the pool of workers sees it."""

    def __getattr__(self, name: str) -> Any:
        return getattr(subprocess, name)

    def Popen(self, command: list[str], *, env: dict[str, str], **options: Any) -> Any:
        clean = {name: value for name, value in env.items() if name not in EMULATOR_SETTINGS}
        return function_instances.start(command, env=clean, **options)
