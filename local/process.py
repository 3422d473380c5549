"""Starts and stops the emulator as a child process that leaves nothing behind.

All an emulator writes is under one folder, `.local/emulator-PORT`: its log, its process id and
its temporary files. The folder goes when the emulator stops. What a crash or a reboot left
there is removed by the next start or stop on that port.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
from tenacity import RetryError, Retrying, retry_if_result, stop_after_delay, wait_fixed

from local.errors import LocalRunError

DEFAULT_PORT = 4599
HOST = "127.0.0.1"
ROOT = Path(__file__).resolve().parent.parent
STATE = ROOT / ".local"
LOG_TAIL_LINES = 20
START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 10.0


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

    def is_running(self) -> bool:
        return emulator_process(self.port, self.pid) is not None

    def reset(self) -> None:
        """Removes everything in every account; the process goes on."""
        httpx.post(f"{self.endpoint}/_ministack/reset", timeout=30).raise_for_status()


def start(
    port: int = DEFAULT_PORT, *, auth: bool = False, outlive_parent: bool = False
) -> Emulator:
    """Starts an emulator on loopback and returns it once it answers.

    `auth` enforces IAM. Unless `outlive_parent`, the emulator ends when this process does,
    however this process ends.

    Raises LocalRunError when the port is taken or the emulator dies at its start.
    """
    folder = STATE / f"emulator-{port}"
    refuse_taken_port(port)
    remove_leftovers(port)
    (folder / "tmp").mkdir(parents=True)
    arguments = [] if outlive_parent else ["--stop-with-parent"]
    with (folder / "log").open("wb") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "local.emulator", *arguments],
            cwd=ROOT,
            env=_environment(port, folder / "tmp", auth=auth),
            # The child reads end of file here when this process is gone.
            stdin=subprocess.DEVNULL if outlive_parent else subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    _children[child.pid] = child
    emulator = Emulator(port, child.pid, folder)
    try:
        (folder / "pid").write_text(str(child.pid), encoding="utf-8")
        _wait_until_healthy(emulator, child)
    except BaseException:
        stop(emulator)
        raise
    return emulator


def stop(emulator: Emulator) -> None:
    """Stops the emulator with its workers and removes its folder; does nothing the second time."""
    process = emulator_process(emulator.port, emulator.pid)
    if process is not None:
        _end(process)
    child = _children.pop(emulator.pid, None)
    if child is not None:
        if child.stdin is not None:
            child.stdin.close()
        child.wait(STOP_TIMEOUT_S)
    shutil.rmtree(emulator.folder, ignore_errors=True)


def find(port: int) -> Emulator | None:
    """The emulator that runs on a port, started by whichever process, or None."""
    folder = STATE / f"emulator-{port}"
    pid = _recorded_pid(folder)
    if pid is None or emulator_process(port, pid) is None:
        return None
    return Emulator(port, pid, folder)


def remove_leftovers(port: int) -> bool:
    """Removes what a crash left of an emulator on a port; True when there was something."""
    folder = STATE / f"emulator-{port}"
    if find(port) is not None or not folder.exists():
        return False
    shutil.rmtree(folder, ignore_errors=True)
    return True


def refuse_taken_port(port: int) -> None:
    """Raises LocalRunError when something listens on the port already."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            ours = find(port)
            owner = (
                f"a local run of Crossbus (process {ours.pid}); stop it with `make down`"
                if ours
                else "another program"
            )
            raise LocalRunError(
                f"port {port} on {HOST} is taken by {owner}, or choose another port with "
                f"CROSSBUS_PORT=<port> or --port <port> ({error.strerror})"
            ) from error


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
        is_ours = process.environ().get("GATEWAY_PORT") == str(port)
    except psutil.Error:
        return None
    return process if is_ours and "local.emulator" in process.cmdline() else None


_children: dict[int, subprocess.Popen[bytes]] = {}


def _environment(port: int, tmp: Path, *, auth: bool) -> dict[str, str]:
    """All the emulator gets of the environment, and so all that its handlers can see of it."""
    return {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.defpath]),
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
        "TMPDIR": str(tmp),
        "HOME": str(tmp),
        "STATE_DIR": str(tmp / "state"),
        "S3_DATA_DIR": str(tmp / "s3"),
        "BIND_HOST": HOST,
        "MINISTACK_HOST": HOST,
        "GATEWAY_PORT": str(port),
        "AUTH": "true" if auth else "false",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        # Without this it would remove the containers of any other ministack on this machine.
        "DOCKER_HOST": f"unix://{tmp}/no-docker",
    }


def _wait_until_healthy(emulator: Emulator, child: subprocess.Popen[bytes]) -> None:
    def answers() -> bool:
        if child.poll() is not None:
            raise LocalRunError(
                f"the emulator ended at its start with status {child.returncode}:\n"
                + log_tail(emulator)
            )
        with contextlib.suppress(httpx.TransportError):
            return httpx.get(f"{emulator.endpoint}/_ministack/health", timeout=5).is_success
        return False

    retrying = Retrying(
        retry=retry_if_result(lambda answer: not answer),
        wait=wait_fixed(0.05),
        stop=stop_after_delay(START_TIMEOUT_S),
    )
    try:
        retrying(answers)
    except RetryError as error:
        raise LocalRunError(
            f"the emulator did not answer within {START_TIMEOUT_S:.0f} s:\n{log_tail(emulator)}"
        ) from error


def log_tail(emulator: Emulator) -> str:
    """The last lines of the emulator's log."""
    if not emulator.log.exists():
        return "(no log)"
    lines = emulator.log.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(lines[-LOG_TAIL_LINES:])


def _recorded_pid(folder: Path) -> int | None:
    try:
        return int((folder / "pid").read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None


def _end(process: psutil.Process) -> None:
    family = [process, *process.children(recursive=True)]
    process.send_signal(signal.SIGTERM)
    _, alive = psutil.wait_procs([process], timeout=STOP_TIMEOUT_S)
    for survivor in [*alive, *(member for member in family if member.is_running())]:
        with contextlib.suppress(psutil.NoSuchProcess):
            survivor.kill()
    psutil.wait_procs(family, timeout=STOP_TIMEOUT_S)
