"""Calls of a function are struck as they may be on AWS, and nobody else's are."""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from local import clients, control, instances
from local.tests.buses import create_queue
from local.tests.conftest import ALPHA, REGION, eventually, messages
from local.tests.functions import create_function

CALLER = """
    import functools

    import botocore.session
    from botocore.config import Config
    from botocore.exceptions import ClientError

    session, once = botocore.session.get_session(), Config(retries={"total_max_attempts": 1})

    @functools.cache
    def client(service):
        return session.create_client(service, config=once)

    def handle(event, context):
        try:
            getattr(client(event["service"]), event["call"])(**event["arguments"])
        except ClientError as error:
            answer = error.response
            return [answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]]
        return [200, ""]
"""
THROTTLED, FAILED = [400, "ThrottlingException"], [500, "InternalServerError"]


class Caller:
    """A function that calls AWS, and a queue to which it sends."""

    def __init__(self, emulator: instances.Emulator) -> None:
        self.emulator = emulator
        self.url, _ = create_queue(self.aws, "queue")
        self.arn = create_function(self.aws, "caller", CALLER, Timeout=30)
        assert self.sends() == [200, ""]

    def aws(self, service: str, account: str = ALPHA) -> Any:
        return clients.client(
            service, endpoint=self.emulator.endpoint, account=account, region=REGION
        )

    def calls(self, service: str, call: str, **arguments: Any) -> Any:
        """What the function gets: a status and a code; None if its process dies of the call."""
        event = {"service": service, "call": call, "arguments": arguments}
        answer = self.aws("lambda").invoke(FunctionName="caller", Payload=json.dumps(event))
        return None if "FunctionError" in answer else json.loads(answer["Payload"].read())

    def sends(self) -> Any:
        return self.calls("sqs", "send_message", QueueUrl=self.url, MessageBody="a thing")

    @contextmanager
    def struck(self, effect: str, times: int = 1, seconds: float = 0.0) -> Iterator[None]:
        fault = {"calls": self.arn, "effect": effect, "times": times, "seconds": seconds}
        control.switch_fault(self.emulator, {**fault, "on": True})
        try:
            yield
        finally:
            control.switch_fault(self.emulator, {**fault, "on": False})


@pytest.fixture(scope="module")
def only_caller(running_emulator: instances.Emulator) -> Caller:
    running_emulator.reset()
    return Caller(running_emulator)


@pytest.fixture
def caller(only_caller: Caller) -> Caller:
    """The function, warm, and its queue, empty."""
    only_caller.aws("sqs").purge_queue(QueueUrl=only_caller.url)
    return only_caller


def in_queue(caller: Caller) -> int:
    return len(messages(caller.aws("sqs"), caller.url))


@pytest.mark.parametrize(
    ("effect", "answer", "done"),
    [
        ("throttled", THROTTLED, 0),
        ("failed", FAILED, 0),
        ("answer lost", FAILED, 1),
        ("slow", [200, ""], 1),
        ("killed before", None, 0),
        ("killed after", None, 1),
    ],
)
def test_a_call_is_done_or_not_and_answered_as_the_fault_says(
    caller: Caller, effect: str, answer: Any, done: int
) -> None:
    with caller.struck(effect):
        assert caller.sends() == answer
        assert in_queue(caller) == done
        assert control.struck(caller.emulator) == {caller.arn: 1}
        assert caller.sends() == [200, ""]
    assert in_queue(caller) == done + 1


@pytest.mark.parametrize(("service", "call"), [("s3", "list_buckets"), ("sns", "list_topics")])
def test_an_sdk_reads_a_refusal_of_each_protocol(caller: Caller, service: str, call: str) -> None:
    with caller.struck("throttled"):
        assert caller.calls(service, call) == THROTTLED


def test_no_more_calls_are_struck_than_was_said_and_none_when_it_is_over(caller: Caller) -> None:
    with caller.struck("failed", times=2):
        assert [caller.sends() for _ in range(3)] == [FAILED, FAILED, [200, ""]]
    with caller.struck("failed"):
        pass
    assert caller.sends() == [200, ""]


def test_a_call_of_somebody_else_is_not_struck(caller: Caller) -> None:
    with caller.struck("failed"):
        caller.aws("sqs").send_message(QueueUrl=caller.url, MessageBody="a thing")
        assert control.struck(caller.emulator) == {caller.arn: 0}


def test_a_process_is_known_as_long_as_it_lives_and_another_takes_its_place(
    caller: Caller,
) -> None:
    [before] = control.instances(caller.emulator)
    assert before["function"] == caller.arn
    os.kill(before["pid"], signal.SIGKILL)
    eventually(lambda: control.instances(caller.emulator) == [])
    assert caller.sends() == [200, ""]
    [after] = control.instances(caller.emulator)
    assert after["pid"] != before["pid"]
