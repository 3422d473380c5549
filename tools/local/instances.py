"""Which emulators this checkout runs on this machine.

All an emulator writes is under one folder, `.local/emulator-PORT` of this checkout: its log, its
process id, its temporary files, what app it runs, and whether it enforces IAM. Several may run side
by side, each on a port of its own. The folder goes when the emulator stops. What a crash or a
reboot left there is removed by the next start or stop.
"""

import errno
import fcntl
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from local import commands
from local.errors import LocalRunError
from local.paths import STATE

HOST = "127.0.0.1"
# No proxy of the environment may stand between this machine and itself.
# Idle connections stay: the pool of httpx closes surplus and expired ones even when another
# thread has just been given them, and that thread's request then fails.
_KEEP_ALL = httpx.Limits(
    max_connections=None, max_keepalive_connections=None, keepalive_expiry=None
)
# Nothing here speaks TLS: certificates would be read for nothing.
http = httpx.Client(trust_env=False, verify=False, timeout=30, limits=_KEEP_ALL)


@dataclass(frozen=True)
class Emulator:
    """A running emulator. `endpoint` is what AWS_ENDPOINT_URL must be to reach it."""

    port: int
    pid: int
    folder: Path

    @property
    def endpoint(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def app(self) -> Path | None:
        """The cloud assembly whose app it runs; None when it runs none, or only for a moment."""
        return _recorded_app(self.folder)

    @property
    def enforces_iam(self) -> bool:
        """Whether it was started so."""
        return (self.folder / "auth").exists()

    def is_running(self) -> bool:
        return emulator_process(self.port, self.pid) is not None

    def reset(self) -> None:
        """Removes everything in every account; the process goes on."""
        http.post(f"{self.endpoint}/_ministack/reset", timeout=30).raise_for_status()


def find(port: int) -> Emulator | None:
    """The emulator that runs on a port, started by whichever process, or None."""
    folder = folder_of(port)
    pid = _recorded_pid(folder)
    if pid is None or emulator_process(port, pid) is None:
        return None
    return Emulator(port, pid, folder)


@contextmanager
def alone() -> Iterator[None]:
    """While it lasts, no other process of this checkout starts an emulator or clears one away.

    It cannot be entered twice at once by one thread. The lock is on this very file: it is always
    there, and so nothing is left to be removed.
    """
    with Path(__file__).open("r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def remove_leftovers(port: int) -> bool:
    """Removes what a crash left of an emulator on a port; True when there was something.

    To be called `alone`, or the folder of an emulator that is just starting might go.
    """
    folder = folder_of(port)
    if find(port) is not None or not folder.exists():
        return False
    shutil.rmtree(folder, ignore_errors=True)
    return True


def remove_folder(emulator: Emulator) -> None:
    """Removes what an emulator left, unless another one has the port and the folder by now."""
    if _recorded_pid(emulator.folder) in (None, emulator.pid):
        shutil.rmtree(emulator.folder, ignore_errors=True)


def refuse_taken_port(port: int) -> None:
    """Raises LocalRunError when a local run has the port, or something listens on it already."""
    ours = find(port)
    if ours is not None:
        raise LocalRunError(
            f"port {port} on {HOST} is taken by a local run{_of_whom(ours)} (process {ours.pid}). "
            f"Stop it{_how(ours)}, or {commands.ANOTHER_PORT}."
        )
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise LocalRunError(
                    f"port {port} on {HOST} is taken by another program. "
                    f"Stop it, or {commands.ANOTHER_PORT}."
                ) from error
            raise LocalRunError(
                f"port {port} on {HOST} cannot be used: {error.strerror}. "
                f"Please {commands.ANOTHER_PORT}."
            ) from error


def folder_of(port: int) -> Path:
    """Where all stands that the emulator of a port writes."""
    return STATE / f"emulator-{port}"


def free_port() -> int:
    """A port on loopback that nothing listens on."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def emulator_process(port: int, pid: int) -> psutil.Process | None:
    """The process, when it is alive and really is the emulator of this port, not a reused id."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        is_ours = (
            process.environ().get("GATEWAY_PORT") == str(port)
            and "local.emulator" in process.cmdline()
        )
    except psutil.Error:  # it may also end between these questions
        return None
    return process if is_ours else None


def all_found() -> Iterator[tuple[int, Path]]:
    """The port and the folder of every emulator of this checkout that runs, or left something."""
    for folder in sorted(STATE.glob("emulator-*")):
        yield int(folder.name.rpartition("-")[2]), folder


def _of_whom(emulator: Emulator) -> str:
    return f" of {emulator.app}" if emulator.app else ""


def _how(emulator: Emulator) -> str:
    return f" with `{commands.down(emulator.app)}`" if emulator.app else ""


def _recorded_app(folder: Path) -> Path | None:
    try:
        return Path((folder / "app").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None


def _recorded_pid(folder: Path) -> int | None:
    try:
        return int((folder / "pid").read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
