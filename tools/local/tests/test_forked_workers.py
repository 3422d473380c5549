"""Workers are forked, and are as if each had been started for itself."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from local.emulator import forked_workers
from local.emulator.forked_workers import ForkedWorker

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="nothing is forked elsewhere")

ECHO = """
import json, os, sys
import boto3
print(json.dumps({
    "argv": sys.argv, "path": sys.path[0], "folder": os.getcwd(), "environment": dict(os.environ),
    "name": __name__, "session": boto3.DEFAULT_SESSION is not None, "said": sys.stdin.readline(),
}), flush=True)
sys.stdin.readline()
print("bye", file=sys.stderr)
"""

READS = """
import json, sys
import boto3
opened = []
sys.addaudithook(lambda event, given: opened.append(str(given[0])) if event == "open" else None)
boto3.Session("none", "none", region_name="eu-west-1").client("dynamodb")
print(json.dumps([each for each in opened if "botocore" in each]), flush=True)
"""


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "worker.py"
    path.write_text(ECHO)
    return path


def started(script: Path, **environment: str) -> "ForkedWorker | subprocess.Popen[str]":
    worker = forked_workers.start(
        [sys.executable, str(script)],
        env=environment,
        cwd=str(script.parent),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        bufsize=1,
    )
    assert worker.stdin is not None
    worker.stdin.write("hello\n")
    return worker


def told(worker: "ForkedWorker | subprocess.Popen[str]") -> Any:
    assert worker.stdout is not None
    found: Any = json.loads(worker.stdout.readline())
    return found


def test_a_worker_reads_no_file_of_a_service_that_was_read_before_it_was_forked(
    script: Path,
) -> None:
    script.write_text(READS)
    assert told(started(script)) == []


def test_a_worker_has_its_own_script_folder_environment_and_streams(script: Path) -> None:
    worker = started(script, GREETING="good morning")
    assert isinstance(worker, ForkedWorker)
    assert told(worker) == {
        "argv": [str(script)],
        "path": str(script.parent),
        "folder": str(script.parent),
        "environment": {"GREETING": "good morning"},
        "name": "__main__",
        "session": False,
        "said": "hello\n",
    }
    assert worker.poll() is None
    worker.stdin.close()
    assert worker.wait(10) == 0
    assert worker.stderr.read() == "bye\n"
    worker.kill()  # which does nothing any more


def test_a_worker_that_is_asked_to_end_ends(script: Path) -> None:
    worker = started(script)
    told(worker)
    with pytest.raises(subprocess.TimeoutExpired):
        worker.wait(0)
    worker.terminate()
    worker.wait(10)
    assert not psutil.pid_exists(worker.pid)


def test_workers_start_when_what_they_are_forked_from_was_killed(script: Path) -> None:
    first = started(script)
    told(first)
    parent = psutil.Process(first.pid).parent()
    assert parent is not None
    assert parent.pid != os.getpid()
    parent.kill()
    parent.wait(10)

    alone, forked = started(script), started(script)

    assert isinstance(alone, subprocess.Popen)
    assert isinstance(forked, ForkedWorker)
    assert told(forked)["said"] == "hello\n"
    for worker in (first, alone, forked):
        worker.terminate()
        worker.wait(10)


@pytest.mark.parametrize("place", ["", "layer/python", "layer/python/lib/python3.13/site-packages"])
def test_a_function_that_brings_its_own_sdk_is_not_forked(script: Path, place: str) -> None:
    (script.parent / place / "boto3").mkdir(parents=True)
    worker = started(script, _LAMBDA_LAYERS_DIRS=str(script.parent / "layer"))
    assert isinstance(worker, subprocess.Popen)
    worker.communicate()


def test_a_function_that_says_how_python_is_to_start_is_not_forked(script: Path) -> None:
    worker = started(script, PYTHONHASHSEED="7")
    assert isinstance(worker, subprocess.Popen)
    worker.communicate()
