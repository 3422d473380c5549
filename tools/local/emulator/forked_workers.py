"""Workers of Python functions are forked from a process that has imported boto3.

On Lambda a cold start is each function's own; here they all share two cores, and importing boto3
costs each of them a quarter of a second of these. A worker whose function brings any of what is
imported by then, or is told how Python is to start, is started as ministack does.

ministack 1.5.33 starts an interpreter for each worker. This can go when it does not. Only Linux
has what it takes: forking a process that has loaded such libraries is not safe on macOS.
"""

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

IMPORTED = ("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six.py", "urllib3")
"""What a worker finds imported: boto3 with all that it needs."""
FORK_SERVER = Path(__file__).with_name("fork_server.py")
"""A program of its own: the emulator has no use for what it imports."""
LONGEST_ANSWER = 100
"""Bytes of a process id."""
STARTING = ("PYTHON", "LD_")
"""What variables begin with that an interpreter reads when it starts."""
KEPT = ("LANG", "PYTHONUNBUFFERED")
"""What the fork server gets of the environment. A worker gets one of its own."""
_LAYERS = "_LAMBDA_LAYERS_DIRS"


class ForkedWorker:
    """A worker, as `subprocess.Popen` has it: with its streams as text, line by line."""

    def __init__(self, process_id: int, process: int, streams: tuple[int, int, int]) -> None:
        self.pid = process_id
        self.returncode: int | None = None
        self._process = process
        self.stdin: IO[str] = os.fdopen(streams[0], "w", buffering=1, encoding="utf-8")
        self.stdout: IO[str] = os.fdopen(streams[1], encoding="utf-8")
        self.stderr: IO[str] = os.fdopen(streams[2], encoding="utf-8")

    def poll(self) -> int | None:
        """None while it runs, then 0: only its parent learns its status."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Waits for its end, so many seconds. subprocess.TimeoutExpired if that does not come."""
        if self.returncode is None:
            ended = select.poll()  # select() knows no descriptor above 1,023
            ended.register(self._process, select.POLLIN)
            if not ended.poll(None if timeout is None else timeout * 1000):
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
            self.returncode = 0
        return self.returncode

    def terminate(self) -> None:
        """Asks it to end."""
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """Ends it."""
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._process, number)

    def __del__(self) -> None:
        os.close(self._process)


class ForkServer:
    """The process that workers are forked from; it starts with the first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._server: socket.socket | None = None

    def start(self, script: str, folder: str, environment: Mapping[str, str]) -> ForkedWorker:
        """A worker that runs a script. OSError if there is none to be had."""
        message = json.dumps({"script": script, "cwd": folder, "env": dict(environment)}).encode()
        theirs, ours = zip(*(_pipe(to_worker=number == 0) for number in range(3)), strict=True)
        try:
            with self._lock:
                process_id, process = self._ask(message, theirs)
        except OSError:
            for end in ours:
                os.close(end)
            raise
        finally:
            for end in theirs:
                os.close(end)
        return ForkedWorker(process_id, process, ours)

    def _ask(self, message: bytes, streams: tuple[int, ...]) -> tuple[int, int]:
        server = self._server = self._server or _started()
        try:
            socket.send_fds(server, [message], streams)
            answer, received, _, _ = socket.recv_fds(server, LONGEST_ANSWER, 1)
            if not answer:
                raise ConnectionResetError("the fork server has ended")
        except OSError:
            # The next worker gets a new one.
            self._server = None
            server.close()
            raise
        return int(answer), received[0]


def _pipe(*, to_worker: bool) -> tuple[int, int]:
    """The worker's end of a pipe, and the other."""
    reads, writes = os.pipe()
    return (reads, writes) if to_worker else (writes, reads)


def _started() -> socket.socket:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        subprocess.Popen(
            [sys.executable, "-P", str(FORK_SERVER), str(theirs.fileno())],
            stdin=subprocess.DEVNULL,
            env={name: os.environ[name] for name in KEPT if name in os.environ},
            pass_fds=[theirs.fileno()],
        )
    return ours


_fork_server = ForkServer()


def start(
    command: list[str], *, env: dict[str, str], cwd: str, **options: Any
) -> "ForkedWorker | subprocess.Popen[str]":
    """Starts a worker as `subprocess.Popen` does: forked, where it behaves the same then."""
    if _can_be_forked(command, cwd, env):
        with contextlib.suppress(OSError):
            return _fork_server.start(command[1], cwd, env)
    return subprocess.Popen(command, env=env, cwd=cwd, **options)


def _can_be_forked(command: list[str], folder: str, environment: Mapping[str, str]) -> bool:
    if sys.platform != "linux" or command[0] != sys.executable:
        return False
    named = {name for name in environment if name.startswith(STARTING)}
    if any(environment[name] != os.environ.get(name) for name in named):
        return False
    folders = [folder, *filter(None, environment.get(_LAYERS, "").split(os.pathsep))]
    return not any(map(_brings_its_own, map(Path, folders)))


def _brings_its_own(folder: Path) -> bool:
    searched = (folder, folder / "python", *folder.glob("python/lib/*/site-packages"))
    return any((one / name).exists() for one in searched for name in IMPORTED)
