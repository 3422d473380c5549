"""What becomes of each message of a batch, and what the lines of log say of it."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from eventing.consumer import consumer
from eventing.errors import NeverSucceeds
from eventing.events import Event, decode
from eventing.function import Handler
from eventing.observability import logger
from eventing.queues import Queues
from tests.unit.calls import Calls, throttled
from tests.unit.clients import client
from tests.unit.conftest import Lines
from tests.unit.deployed import Deployed
from tests.unit.golden import some_event
from tests.unit.messages import CONTEXT, batch, failed
from tests.unit.metrics import counted
from tests.unit.world import World, world_of

TEMPLATE = {
    "Resources": {
        name: {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name}}
        for name in ("queue", "dead")
    }
    | {
        "Consumer": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Handler": "any.handler",
                "Code": {"S3Key": "code.zip"},
                "Environment": {"Variables": {"URLS": [{"Ref": "queue"}, {"Ref": "dead"}]}},
            },
        }
    }
}


@pytest.fixture
def world(pauses: list[float]) -> Iterator[World]:  # noqa: ARG001
    """An account with a queue and its dead-letter queue."""
    with world_of(Deployed("consuming", TEMPLATE, Path())) as made:
        yield made


@pytest.fixture
def consumed() -> list[str]:
    """What the events that the handler has consumed are about."""
    return []


@pytest.fixture
def handler(world: World, consumed: list[str]) -> Handler:
    """Consumes events, but for those about `bad`, which may be good later, and `never`."""
    here = world.domain
    queue = {"url": here.url("queue"), "dead_letters": here.url("dead")}

    @consumer(Queues(json.dumps({here.arn("queue"): queue}), client))
    def handler(event: Event) -> None:
        logger.info("consumed")
        if event.metadata.subject == "bad":
            raise ValueError("cannot be consumed")
        if event.metadata.subject == "never":
            raise NeverSucceeds("contradicts what is known")
        consumed.append(event.metadata.subject)

    return handler


def told(world: World, *bodies: str) -> dict[str, Any]:
    """The batch, as of the queue."""
    records = batch(*bodies)["Records"]
    return {"Records": [one | {"eventSourceARN": world.domain.arn("queue")} for one in records]}


Logged = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def logged(world: World, handler: Handler, lines: Lines) -> Logged:
    """Hands a batch of these bodies to the handler; returns the lines that it logs."""

    def logged(*bodies: str) -> list[dict[str, Any]]:
        handler(told(world, *bodies), CONTEXT)
        return lines()

    return logged


def test_each_line_names_the_event_it_is_about(logged: Logged) -> None:
    first, second = logged(
        some_event(id="event-1", correlationId="request-1"),
        some_event(id="event-2", correlationId="request-2"),
    )
    assert (first["event_id"], first["correlation_id"]) == ("event-1", "request-1")
    assert (second["event_id"], second["correlation_id"]) == ("event-2", "request-2")
    assert first["detail_type"] == decode(some_event()).detail_type


def test_a_failure_is_logged_with_its_event_and_its_reason(logged: Logged) -> None:
    _, failure, *_ = logged(some_event(id="event-1", subject="bad"))
    assert (failure["level"], failure["message_id"]) == ("ERROR", "message-0")
    assert failure["event_id"] == "event-1"
    assert "cannot be consumed" in failure["exception"]


def test_a_failure_is_told_with_its_event_to_the_end(logged: Logged) -> None:
    lines = logged(
        some_event(id="event-1", subject="bad"),
        some_event(id="event-2", subject="never"),
        some_event(id="event-3", correlationId="request-3", version="99.0"),
    )
    told = {line["message"]: line for line in lines}
    assert told["tried again later"]["event_id"] == "event-1"
    set_aside = [line for line in lines if line["message"] == "set aside"]
    assert {line["event_id"] for line in set_aside} == {"event-2", "event-3"}
    assert {line["message_id"] for line in set_aside} == {"message-1", "message-2"}
    assert "request-3" in [line["correlation_id"] for line in set_aside]


def test_an_unreadable_message_is_not_logged_as_the_event_before_it(logged: Logged) -> None:
    _, failure = logged(some_event(), "no JSON")
    assert (failure["message"], failure["message_id"]) == ("set aside", "message-1")
    assert "malformed" in failure["error"]
    assert "event_id" not in failure
    assert failure.get("correlation_id") is None


def test_what_never_succeeds_is_set_aside_at_once_and_the_others_are_done(
    world: World, handler: Handler, consumed: list[str]
) -> None:
    bodies = ["no JSON", some_event(subject="good"), some_event(subject="never")]
    assert failed(handler(told(world, *bodies), CONTEXT)) == []
    assert consumed == ["good"]
    dead = {message["Body"]: message["MessageAttributes"] for message in world.received("dead")}
    assert list(dead) == [bodies[0], bodies[2]]
    assert dead[bodies[0]]["errorType"]["StringValue"] == "UnreadableEvent"
    assert dead[bodies[2]]["errorType"]["StringValue"] == "NeverSucceeds"
    assert dead[bodies[2]]["error"]["StringValue"] == "contradicts what is known"


def test_the_age_of_what_failed_is_told_and_of_nothing_else(
    world: World, handler: Handler, capsys: pytest.CaptureFixture[str]
) -> None:
    bodies = [some_event(subject="bad"), some_event(subject="good"), some_event(subject="never")]
    batch = told(world, *bodies)
    now = datetime.now(UTC).timestamp()
    for record, ago in zip(batch["Records"], (1_000, 2_000, 3_000), strict=True):
        record["attributes"]["SentTimestamp"] = str(round((now - ago) * 1000))
    handler(batch, CONTEXT)
    (age,) = counted(capsys)["FailingAge"]
    assert age == pytest.approx(1_000, abs=60)
    handler(told(world, some_event(subject="good")), CONTEXT)
    assert "FailingAge" not in counted(capsys)


@pytest.mark.parametrize(
    ("bodies", "failed"),
    [
        ([some_event(subject="good"), some_event(subject="bad"), some_event(subject="bad")], 2),
        ([some_event(subject="good"), some_event(subject="never"), "no JSON"], 2),
        ([some_event(subject="bad"), some_event(subject="never")], 2),
    ],
    ids=["tried again", "set aside", "both"],
)
def test_how_many_failed_is_told_once_of_a_batch_whatever_becomes_of_them(
    world: World,
    handler: Handler,
    capsys: pytest.CaptureFixture[str],
    bodies: list[str],
    failed: int,
) -> None:
    handler(told(world, *bodies), CONTEXT)
    assert counted(capsys)["Failed"] == [failed]


def test_where_nothing_failed_nothing_is_told_of_failures(
    world: World, handler: Handler, capsys: pytest.CaptureFixture[str]
) -> None:
    handler(told(world, some_event(subject="good")), CONTEXT)
    assert "Failed" not in counted(capsys)


def test_what_may_succeed_later_is_named_alone_and_hidden_for_a_while(
    world: World, handler: Handler, consumed: list[str], calls: Calls
) -> None:
    bodies = [some_event(subject="bad"), some_event(subject="good")]
    assert failed(handler(told(world, *bodies), CONTEXT)) == ["message-0"]
    assert consumed == ["good"]
    (hidden,) = calls.of("ChangeMessageVisibility")
    assert hidden["ReceiptHandle"] == "receipt-0"
    assert world.messages("dead") == []


def test_a_message_that_cannot_be_set_aside_comes_again(
    world: World, handler: Handler, calls: Calls
) -> None:
    calls.refuse("SendMessage", throttled("SendMessage"))
    bodies = ["no JSON", "no JSON either"]
    assert failed(handler(told(world, *bodies), CONTEXT)) == ["message-0"]
    assert world.messages("dead") == ["no JSON either"]


def test_a_message_that_cannot_be_hidden_is_named_all_the_same(
    world: World, handler: Handler, calls: Calls
) -> None:
    calls.refuse("ChangeMessageVisibility", throttled("ChangeMessageVisibility"))
    assert failed(handler(told(world, some_event(subject="bad")), CONTEXT)) == ["message-0"]
    assert len(calls.of("ChangeMessageVisibility")) == 1


def test_an_event_belongs_to_the_trace_of_its_message(world: World) -> None:
    seen: list[str | None] = []

    @consumer(Queues("{}", client))
    def handler(event: Event) -> None:
        seen.append(event.trace)

    input = told(world, some_event(), some_event())
    input["Records"][1]["attributes"]["AWSTraceHeader"] = "Root=1-of-the-message"
    assert failed(handler(input, CONTEXT)) == []
    assert seen == [None, "Root=1-of-the-message"]
