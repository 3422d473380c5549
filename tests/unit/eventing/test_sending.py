"""`send_all`: messages to a queue in batches, and which of them the queue did not take."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws

from eventing.sending import MAX_BYTES, MOST, NotSent, send_all
from tests.unit.calls import Calls, throttled
from tests.unit.clients import client


class Queue:
    """A queue of moto's."""

    def __init__(self) -> None:
        self.url = client("sqs").create_queue(QueueName="queue")["QueueUrl"]

    def send(self, *bodies: str) -> dict[str, Exception]:
        """Sends bodies under the keys key-0, key-1, …"""
        messages: Any = {f"key-{n}": {"Id": "", "MessageBody": b} for n, b in enumerate(bodies)}
        return send_all(client("sqs"), self.url, messages)


@pytest.fixture
def queue() -> Iterator[Queue]:
    """An empty queue."""
    with mock_aws():
        yield Queue()


@pytest.fixture
def calls(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> Calls:  # noqa: ARG001
    """The AWS calls that are made from here on."""
    return Calls(monkeypatch)


def batches(calls: Calls) -> list[list[str]]:
    """The bodies of each call."""
    made = calls.of("SendMessageBatch")
    return [[entry["MessageBody"] for entry in call["Entries"]] for call in made]


def test_messages_are_sent_in_order_ten_at_a_time(queue: Queue, calls: Calls) -> None:
    bodies = [str(n) for n in range(23)]
    assert queue.send(*bodies) == {}
    assert batches(calls) == [bodies[:MOST], bodies[MOST : 2 * MOST], bodies[2 * MOST :]]
    for call in calls.of("SendMessageBatch"):
        ids = [entry["Id"] for entry in call["Entries"]]
        assert len(set(ids)) == len(ids)


def test_nothing_to_send_makes_no_call(queue: Queue, calls: Calls) -> None:
    assert queue.send() == {}
    assert calls.made == []


@pytest.mark.parametrize(
    ("sizes", "together"),
    [([MAX_BYTES - 1, 1], [2]), ([MAX_BYTES, 1], [1, 1]), ([MAX_BYTES // 2 + 1] * 2, [1, 1])],
)
def test_a_call_holds_no_more_bytes_than_sqs_takes(
    queue: Queue, calls: Calls, sizes: list[int], together: list[int]
) -> None:
    assert queue.send(*("x" * size for size in sizes)) == {}
    assert [len(batch) for batch in batches(calls)] == together


def test_bytes_are_counted_and_not_characters(queue: Queue, calls: Calls) -> None:
    half = "ü" * (MAX_BYTES // 4 + 1)
    assert queue.send(half, half) == {}
    assert [len(batch) for batch in batches(calls)] == [1, 1]


def test_a_call_that_is_refused_fails_its_messages_and_no_others(
    queue: Queue, calls: Calls
) -> None:
    error = throttled("SendMessageBatch")
    calls.refuse("SendMessageBatch", error)
    errors = queue.send(*(str(n) for n in range(12)))
    assert errors == {f"key-{n}": error for n in range(10)}
    assert batches(calls)[1] == ["10", "11"]


def test_a_message_that_the_queue_refuses_is_named_with_the_reason(
    queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses_the_second(QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:
        assert QueueUrl == queue.url
        return {"Failed": [{"Id": Entries[1]["Id"], "Code": "InternalError", "Message": "later"}]}

    monkeypatch.setattr(client("sqs"), "send_message_batch", refuses_the_second)
    errors = queue.send(*map(json.dumps, range(3)))
    assert list(errors) == ["key-1"]
    assert isinstance(errors["key-1"], NotSent)
    assert str(errors["key-1"]) == "InternalError: later"
