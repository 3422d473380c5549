"""What an invocation wrote is in its own log, all of it, whatever came of the invocation."""

import base64
import json
import sys
from typing import Any

import pytest

from local.tests.conftest import ALPHA, Aws
from local.tests.functions import PLATFORM_LINES, create_function, printed, zipped

SAYS = """
def handle(event, context):
    for line in event:
        print(line)
"""
FILLS_ITS_PIPE = """
def handle(event, context):
    for number in range(event):
        print(f"{number:>1000}")
"""
LEAVES_A_LINE_OPEN = """
import sys
def handle(event, context):
    sys.stderr.write("no end of the line")
"""
LAST_WORDS = """
import os
def handle(event, context):
    print("last words")
    {end}
"""
CUSTOM_RUNTIME = """
import json, os, urllib.request
api = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation"
while True:
    with urllib.request.urlopen(f"{api}/next") as invocation:
        for line in json.load(invocation):
            print(line, flush=True)
        request_id = invocation.headers["Lambda-Runtime-Aws-Request-Id"]
    urllib.request.urlopen(f"{api}/{request_id}/response", data=b"null").close()
"""
ENDS = {
    "it ends its process": "os._exit(3)",
    "it raises": "raise ValueError",
    "it takes too long": "import time; time.sleep(60)",
}


def log_of(aws: Aws, function: str, event: Any = None) -> list[str]:
    """The lines that an invocation wrote itself, of the last 4 KB of its log."""
    answer = aws("lambda").invoke(
        FunctionName=function, LogType="Tail", Payload=json.dumps(event).encode()
    )
    lines = base64.b64decode(answer.get("LogResult", "")).decode().splitlines()
    return [line for line in lines if not line.startswith(PLATFORM_LINES)]


def test_each_invocation_has_its_own_lines_and_no_others(aws: Aws) -> None:
    create_function(aws, "says", SAYS)
    for lines in (["one", "two"], [], ["three"], [], [], ["vier €"]):
        assert log_of(aws, "says", lines) == lines


def test_more_than_a_pipe_holds_is_there_whole(aws: Aws) -> None:
    create_function(aws, "fills", FILLS_ITS_PIPE)
    aws("lambda").invoke(FunctionName="fills", Payload=b"300")
    assert [int(line) for line in printed(aws, "fills")] == list(range(300))


def test_a_line_without_an_end_belongs_to_the_invocation_that_wrote_it(aws: Aws) -> None:
    create_function(aws, "open", LEAVES_A_LINE_OPEN)
    for _ in range(2):
        assert log_of(aws, "open") == ["no end of the line"]


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS.keys())
def test_the_log_of_a_function_that_fails_has_its_last_words(aws: Aws, end: str) -> None:
    create_function(aws, "fails", LAST_WORDS.format(end=end), Timeout=1)
    assert "last words" in log_of(aws, "fails")


def test_a_custom_runtime_has_its_log_too(aws: Aws) -> None:
    aws("lambda").create_function(
        FunctionName="custom",
        Runtime="provided.al2023",
        Handler="any",
        Role=f"arn:aws:iam::{ALPHA}:role/any",
        Code={"ZipFile": zipped("bootstrap", f"#!{sys.executable}\n{CUSTOM_RUNTIME}", mode=0o755)},
    )
    for lines in (["one", "two"], ["three"]):
        assert log_of(aws, "custom", lines) == lines
