"""The emulator starts on loopback only, and leaves nothing behind however it ends."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from local import clients, instances, process
from local.errors import LocalRunError
from local.paths import TOOLS
from local.tests.conftest import ALPHA, REGION, Aws, eventually
from local.tests.functions import create_function

STARTS_AND_WAITS = """
import sys
from local import instances, process
emulator = process.start(instances.free_port())
print(emulator.port, emulator.pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def own_emulator() -> Iterator[instances.Emulator]:
    """An emulator of the test's own, which may be killed."""
    emulator = process.start(instances.free_port())
    yield emulator
    process.stop(emulator)


def family(pid: int) -> list[psutil.Process]:
    parent = psutil.Process(pid)
    return [parent, *parent.children(recursive=True)]


def invoke_something(emulator: instances.Emulator) -> None:
    """So that the emulator has a worker process and its temporary folder."""
    assert invoked(emulator, "def handle(event, context): return 1") == b"1"


def invoked(emulator: instances.Emulator, source: str) -> bytes:
    """What a new function of this source returns."""

    def aws(service: str, account: str = ALPHA) -> object:
        return clients.client(service, endpoint=emulator.endpoint, account=account, region=REGION)

    create_function(aws, "something", source)
    client = clients.client("lambda", endpoint=emulator.endpoint, account=ALPHA, region=REGION)
    payload: bytes = client.invoke(FunctionName="something")["Payload"].read()
    return payload


def assert_nothing_is_left(emulator: instances.Emulator, processes: list[psutil.Process]) -> None:
    eventually(lambda: not any(p.is_running() and p.status() != "zombie" for p in processes))
    eventually(lambda: not (emulator.folder / "tmp").exists())
    instances.refuse_taken_port(emulator.port)


def test_the_emulator_listens_on_loopback_only(running_emulator: instances.Emulator) -> None:
    listening = {
        connection.laddr.ip
        for connection in psutil.Process(running_emulator.pid).net_connections()
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening == {"127.0.0.1"}


def test_stopping_leaves_no_process_no_folder_and_no_port(own_emulator: instances.Emulator) -> None:
    invoke_something(own_emulator)
    processes = family(own_emulator.pid)
    assert len(processes) > 1, "a worker was to be running"
    process.stop(own_emulator)
    assert_nothing_is_left(own_emulator, processes)
    assert not own_emulator.folder.exists()


def test_the_emulator_ends_with_the_process_that_started_it_even_when_that_is_killed() -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", STARTS_AND_WAITS],
        cwd=TOOLS,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    port, pid = map(int, parent.stdout.readline().split())
    emulator = instances.Emulator(port, pid, instances.folder_of(port))
    invoke_something(emulator)
    processes = family(pid)
    with instances.alone():  # or another test's `down` might clear away what this one looks for
        parent.kill()
        parent.wait()
        assert_nothing_is_left(emulator, processes)
        assert instances.remove_leftovers(port), "the log was to be left for who wants to read it"


def test_workers_end_with_an_emulator_that_is_killed(own_emulator: instances.Emulator) -> None:
    invoke_something(own_emulator)
    processes = family(own_emulator.pid)
    os.kill(own_emulator.pid, signal.SIGKILL)
    process.stop(own_emulator)
    assert_nothing_is_left(own_emulator, processes)


def test_a_taken_port_is_named_with_the_way_to_choose_another() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(LocalRunError, match=rf"port {port} .*another program.*LOCAL_PORT"):
            process.start(port)
        assert not instances.folder_of(port).exists()


def test_a_port_taken_by_another_local_run_says_how_to_stop_that(
    running_emulator: instances.Emulator,
) -> None:
    with pytest.raises(LocalRunError, match="taken by a local run"):
        process.start(running_emulator.port)
    assert running_emulator.is_running()


def test_an_emulator_that_dies_at_its_start_shows_the_end_of_its_log(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    port = instances.free_port()
    monkeypatch.setattr(process, "HOST", "no-such-host.invalid")
    with pytest.raises(LocalRunError, match=r"(?s)ended at its start.*Errno"):
        process.start(port)
    assert not instances.folder_of(port).exists()


def test_handlers_see_neither_the_users_environment_nor_the_emulators(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "of-the-user")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "of-the-user")
    monkeypatch.setenv("PYTHONPATH", "/of/the/user")
    monkeypatch.setenv("HTTP_PROXY", "http://of-the-user.invalid")
    emulator = process.start(instances.free_port())
    try:
        source = "def handle(event, context): import os; return dict(os.environ)"
        environment = json.loads(invoked(emulator, source))
    finally:
        process.stop(emulator)
    assert "of-the-user" not in str(environment)
    assert "PYTHONPATH" not in environment
    unexpected = {
        name
        for name in environment
        if not name.startswith(("AWS_", "LAMBDA_", "_", "PYTHON")) and name not in SEEN_ON_LAMBDA
    }
    assert unexpected == set()


SEEN_ON_LAMBDA = {"PATH", "LANG", "TMPDIR", "HOME", "LC_CTYPE"}


def test_a_reset_empties_every_account(aws: Aws, emulator: instances.Emulator) -> None:
    aws("sqs").create_queue(QueueName="alpha")
    aws("sqs", "100000000002").create_queue(QueueName="beta")
    emulator.reset()
    assert aws("sqs").list_queues().get("QueueUrls", []) == []
    assert aws("sqs", "100000000002").list_queues().get("QueueUrls", []) == []


def test_a_folder_left_by_a_crash_is_removed_at_the_next_start() -> None:
    port = instances.free_port()
    folder = instances.folder_of(port)
    left = folder / "tmp" / "left"
    with instances.alone():  # as a start does, or another test's `down` might clear it half made
        (folder / "tmp").mkdir(parents=True)
        (folder / "pid").write_text(str(os.getpid()), encoding="utf-8")
        left.touch()
    emulator = process.start(port)
    try:
        assert not left.exists()
        assert Path(emulator.log).exists()
    finally:
        process.stop(emulator)
