"""What becomes of a message that failed: how long it is hidden, and what a dead letter carries."""

import json
from typing import Any

import pytest
from moto import mock_aws

from eventing.queues import LONGEST_PAUSE_OF_A_GROUP_S, LONGEST_PAUSE_S, Queues, attribute
from tests.unit.clients import client
from tests.unit.deployed import Deployed
from tests.unit.messages import batch

ARN = "arn:aws:sqs:eu-west-1:123456789012:queue"
HOURS = 3600


class Sqs:
    """Takes what it is told; `pauses` are in seconds."""

    def __init__(self) -> None:
        self.pauses: list[int] = []
        self.asked: list[dict[str, Any]] = []

    def change_message_visibility(self, **asked: Any) -> None:
        """Hides a message."""
        self.pauses.append(asked["VisibilityTimeout"])
        self.asked.append(asked)


def pauses(receives: int, *, group: bool = False) -> list[int]:
    """How long a message is hidden after each of so many receives."""
    sqs = Sqs()
    described = json.dumps({ARN: {"url": "the-queue", "dead_letters": "dead"}})
    hiding = Queues(described, lambda _: sqs)
    for count in range(1, receives + 1):
        attributes = {"ApproximateReceiveCount": str(count)}
        hiding.back_off(record(attributes | ({"MessageGroupId": "g"} if group else {})))
    assert {(one["QueueUrl"], one["ReceiptHandle"]) for one in sqs.asked} == {
        ("the-queue", "receipt-0")
    }
    return sqs.pauses


def record(attributes: dict[str, str], body: str = "body") -> dict[str, Any]:
    """A message as Lambda hands it over."""
    one: dict[str, Any] = batch(body)["Records"][0]
    return one | {"eventSourceARN": ARN, "attributes": attributes}


@pytest.fixture(params=["least", "most"])
def jitter(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Chance takes an end of what it may take."""
    end = min if request.param == "least" else max
    monkeypatch.setattr("eventing.queues.random.uniform", lambda *ends: end(ends))
    return str(request.param)


def test_a_pause_doubles_with_each_receive_up_to_fifteen_minutes(jitter: str) -> None:
    full = [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]
    share = 0.75 if jitter == "least" else 1
    assert pauses(10) == [round(pause * share) for pause in full]


def test_pauses_differ_by_a_quarter_at_most() -> None:
    for _ in range(50):
        *_, last = pauses(20)
        assert 0.75 * LONGEST_PAUSE_S <= last <= LONGEST_PAUSE_S == 15 * 60
    assert len({pauses(20)[-1] for _ in range(20)}) > 1


def test_a_group_is_held_up_for_half_a_minute_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eventing.queues.random.uniform", lambda *ends: max(ends))
    assert max(pauses(1_000, group=True)) == LONGEST_PAUSE_OF_A_GROUP_S <= 30


def test_a_message_is_tried_for_six_hours_before_it_is_a_dead_letter(
    deployed: dict[str, Deployed], monkeypatch: pytest.MonkeyPatch, subtests: pytest.Subtests
) -> None:
    monkeypatch.setattr("eventing.queues.random.uniform", lambda *ends: min(ends))
    for domain in deployed.values():
        for function in domain.functions.values():
            for id in domain.sources_of(function) & set(domain.of("AWS::SQS::Queue")):
                if domain.is_scheduled(id):
                    continue  # a run that was missed is made up for by the next
                with subtests.test(domain.name(id)):
                    visibility = domain.of("AWS::SQS::Queue")[id]["VisibilityTimeout"]
                    _, receives = domain.dead_letters_of(id)
                    fifo = domain.name(id).endswith(".fifo")
                    assert sum(pauses(receives - 1, group=fifo)) >= 6 * HOURS, "it raises"
                    assert (receives - 1) * visibility >= 6 * HOURS, "the function cannot start"


def test_a_record_of_a_stream_is_not_hidden() -> None:
    described = json.dumps({ARN: {"dead_letters": "dead"}})
    Queues(described, lambda _: pytest.fail("nothing is to be asked")).back_off(record({}))


@mock_aws
def test_a_message_that_backs_off_cannot_be_received_meanwhile() -> None:
    sqs = client("sqs")
    url = sqs.create_queue(QueueName="queue", Attributes={"VisibilityTimeout": "0"})["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="body")
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    described = json.dumps({ARN: {"url": url, "dead_letters": url}})
    hidden = record({"ApproximateReceiveCount": "3"}) | {"receiptHandle": message["ReceiptHandle"]}
    Queues(described, client).back_off(hidden)
    assert "Messages" not in sqs.receive_message(QueueUrl=url)


@pytest.mark.parametrize("group", [None, "IE"])
@mock_aws
def test_a_dead_letter_carries_the_body_the_error_and_its_group(group: str | None) -> None:
    sqs = client("sqs")
    fifo = {"FifoQueue": "true"} if group else {}
    name = "dead.fifo" if group else "dead"
    url = sqs.create_queue(QueueName=name, Attributes=fifo)["QueueUrl"]
    setting_aside = Queues(json.dumps({ARN: {"url": url, "dead_letters": url}}), client)
    for _ in range(2 if group else 1):
        setting_aside.set_aside(
            record({"MessageGroupId": group} if group else {}, "the body"), KeyError("a\nkey")
        )
    (dead,) = sqs.receive_message(
        QueueUrl=url,
        MaxNumberOfMessages=10,
        AttributeNames=["All"],
        MessageAttributeNames=["All"],
    )["Messages"]
    told = {name: one["StringValue"] for name, one in dead["MessageAttributes"].items()}
    assert dead["Body"] == "the body"
    assert told == {"errorType": "KeyError", "error": "'a\\nkey'"}
    assert dead["Attributes"].get("MessageGroupId") == group
    if group:
        assert dead["Attributes"]["MessageDeduplicationId"] == "message-0"


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("", "-"),
        ("plain ü 🙂", "plain ü 🙂"),
        ("two\nlines\x00\x1b[0m", "two lines  [0m"),
        ("\ud800", " "),
        ("\ufffe", " "),
        ("x" * 5_000, "x" * 1_000),
    ],
)
def test_the_text_of_an_attribute_is_one_that_sqs_takes(text: str, sent: str) -> None:
    assert attribute(text) == {"DataType": "String", "StringValue": sent}


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        ("", "-"),
        ("a\x00", "YQA="),
        ("\uffff", "77+/"),
        ("a\t\r\n \ud7ff\ue000\ufffd\U0010ffff", "a\t\r\n \ud7ff\ue000\ufffd\U0010ffff"),
    ],
)
def test_what_sqs_takes_in_no_message_is_set_aside_as_what_it_takes(body: str, kept: str) -> None:
    with mock_aws():
        sqs = client("sqs")
        url = sqs.create_queue(QueueName="dead")["QueueUrl"]
        queues = Queues(json.dumps({ARN: {"dead_letters": url}}), client)
        queues.set_aside(record({}, body), ValueError("no event"))
        (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    assert message["Body"] == kept
