"""Starts and stops the emulator as a child process that leaves nothing behind."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import psutil
from tenacity import RetryError, Retrying, retry_if_result, stop_after_delay, wait_fixed

from local.emulator import ORGANIZATION_VARIABLE, STAY
from local.errors import LocalRunError
from local.instances import (
    HOST,
    Emulator,
    alone,
    emulator_process,
    folder_of,
    http,
    refuse_taken_port,
    remove_folder,
    remove_leftovers,
)
from local.paths import TOOLS

DEFAULT_PORT = 4599
LOG_TAIL_LINES = 20
START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 10.0


def start(
    port: int = DEFAULT_PORT,
    *,
    auth: bool = False,
    organization: str | None = None,
    app: Path | None = None,
) -> Emulator:
    """Starts an emulator on loopback and returns it once it answers.

    `auth` enforces IAM. All accounts are members of `organization`, where one is given. `app` is
    the cloud assembly of the app that it is to run, for who finds it later. The emulator ends
    when this process does, however that ends, unless it is let go by `detach`.

    Raises LocalRunError when the port is taken or the emulator dies at its start.
    """
    # From the look at the port until the process id is known, so that of two starts on one port
    # the second finds the first.
    with alone():
        refuse_taken_port(port)
        remove_leftovers(port)
        emulator = _spawn(port, auth=auth, organization=organization, app=app)
    try:
        _wait_until_healthy(emulator, _children[emulator.pid])
    except BaseException:
        stop(emulator)
        raise
    return emulator


def _spawn(port: int, *, auth: bool, organization: str | None, app: Path | None) -> Emulator:
    folder = folder_of(port)
    (folder / "tmp").mkdir(parents=True)
    if app is not None:
        (folder / "app").write_text(str(app), encoding="utf-8")
    if auth:
        (folder / "auth").touch()
    with (folder / "log").open("wb") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "local.emulator"],
            cwd=TOOLS,
            env=_environment(port, folder / "tmp", auth=auth, organization=organization),
            # The emulator stops when it reads the end of this, which comes with our own end.
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    _children[child.pid] = child
    emulator = Emulator(port, child.pid, folder)
    try:
        (folder / "pid").write_text(str(child.pid), encoding="utf-8")
    except BaseException:
        stop(emulator)
        raise
    return emulator


def detach(emulator: Emulator) -> None:
    """Lets an emulator that this process started go on when this process ends."""
    child = _children[emulator.pid]
    assert child.stdin is not None
    child.stdin.write(STAY)
    child.stdin.close()


def stop(emulator: Emulator) -> None:
    """Stops the emulator with its workers and removes its folder; does nothing the second time."""
    process = emulator_process(emulator.port, emulator.pid)
    if process is not None:
        _end(process)
    child = _children.pop(emulator.pid, None)
    if child is not None:
        if child.stdin is not None and not child.stdin.closed:
            child.stdin.close()
        child.wait(STOP_TIMEOUT_S)
    remove_folder(emulator)


_children: dict[int, subprocess.Popen[bytes]] = {}


def _environment(port: int, tmp: Path, *, auth: bool, organization: str | None) -> dict[str, str]:
    """All the emulator gets of the environment, and so all that its handlers can see of it."""
    return {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.defpath]),
        "LANG": "C.UTF-8",
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
        **({ORGANIZATION_VARIABLE: organization} if organization else {}),
    }


def _wait_until_healthy(emulator: Emulator, child: subprocess.Popen[bytes]) -> None:
    def answers() -> bool:
        if child.poll() is not None:
            raise LocalRunError(
                f"the emulator ended at its start with status {child.returncode}:\n"
                + log_tail(emulator)
            )
        with contextlib.suppress(httpx.TransportError):
            return http.get(f"{emulator.endpoint}/_ministack/health", timeout=5).is_success
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


def _end(process: psutil.Process) -> None:
    family = [process, *process.children(recursive=True)]
    process.send_signal(signal.SIGTERM)
    _, alive = psutil.wait_procs([process], timeout=STOP_TIMEOUT_S)
    for survivor in [*alive, *(member for member in family if member.is_running())]:
        with contextlib.suppress(psutil.NoSuchProcess):
            survivor.kill()
    psutil.wait_procs(family, timeout=STOP_TIMEOUT_S)
