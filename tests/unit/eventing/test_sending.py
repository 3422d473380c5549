"""`send_all` and `publish_all`: messages in batches, and which of them were not taken."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws

from eventing.sending import MAX_BYTES, MOST, NotSent, publish_all, send_all
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


def test_attributes_are_counted_as_well(queue: Queue, calls: Calls) -> None:
    half: Any = {
        "Id": "",
        "MessageBody": "x" * (MAX_BYTES // 2 - len("aboutString")),
        "MessageAttributes": {"about": {"DataType": "String", "StringValue": "y"}},
    }
    assert send_all(client("sqs"), queue.url, {"first": half, "second": half}) == {}
    assert [len(batch) for batch in batches(calls)] == [1, 1]


def test_messages_are_published_ten_at_a_time_with_their_attributes(
    queue: Queue, calls: Calls
) -> None:
    topic = client("sns").create_topic(Name="topic")["TopicArn"]
    client("sns").subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint="arn:aws:sqs:eu-west-1:123456789012:queue",
        Attributes={"FilterPolicy": json.dumps({"about": ["even"]}), "RawMessageDelivery": "true"},
    )
    messages: Any = {
        f"key-{n}": {
            "Id": "",
            "Message": str(n),
            "MessageAttributes": {
                "about": {"DataType": "String", "StringValue": "odd" if n % 2 else "even"}
            },
        }
        for n in range(12)
    }
    assert publish_all(client("sns"), topic, messages) == {}
    made = calls.of("PublishBatch")
    assert [len(call["PublishBatchRequestEntries"]) for call in made] == [MOST, 2]
    received: list[str] = []
    while (
        found := client("sqs")
        .receive_message(QueueUrl=queue.url, MaxNumberOfMessages=10)
        .get("Messages")
    ):
        received += [message["Body"] for message in found]
    assert received == ["0", "2", "4", "6", "8", "10"]


def test_a_message_that_the_topic_refuses_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses_the_second(
        TopicArn: str, PublishBatchRequestEntries: list[dict[str, Any]]
    ) -> dict[str, Any]:
        assert TopicArn == "topic"
        return {"Failed": [{"Id": PublishBatchRequestEntries[1]["Id"], "Code": "InternalError"}]}

    monkeypatch.setattr(client("sns"), "publish_batch", refuses_the_second)
    messages: Any = {key: {"Id": "", "Message": key} for key in ("a", "b", "c")}
    errors = publish_all(client("sns"), "topic", messages)
    assert {key: str(error) for key, error in errors.items()} == {"b": "InternalError: "}
