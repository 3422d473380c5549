"""What a consumer's lines of log say of the events of a batch."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from eventing.consumer import consumer
from eventing.events import Event, decode
from eventing.observability import logger
from tests.unit.golden import some_event
from tests.unit.messages import CONTEXT, batch, failed


@consumer
def handler(event: Event) -> None:
    logger.info("consumed")
    if event.metadata.subject == "bad":
        raise ValueError("cannot be consumed")


Logged = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> Logged:
    """Hands a batch of these bodies to the handler; returns the lines that it logs."""
    stream = io.StringIO()
    monkeypatch.setattr(logger.registered_handler, "stream", stream)

    def lines(*bodies: str) -> list[dict[str, Any]]:
        handler(batch(*bodies), CONTEXT)
        return [json.loads(line) for line in stream.getvalue().splitlines()]

    return lines


def test_each_line_names_the_event_it_is_about(logged: Logged) -> None:
    first, second = logged(
        some_event(id="event-1", correlationId="request-1"),
        some_event(id="event-2", correlationId="request-2"),
    )
    assert (first["event_id"], first["correlation_id"]) == ("event-1", "request-1")
    assert (second["event_id"], second["correlation_id"]) == ("event-2", "request-2")
    assert first["detail_type"] == decode(some_event()).detail_type


def test_a_failure_is_logged_with_its_event_and_its_reason(logged: Logged) -> None:
    _, failure = logged(some_event(id="event-1", subject="bad"))
    assert (failure["level"], failure["message_id"]) == ("ERROR", "message-0")
    assert failure["event_id"] == "event-1"
    assert "cannot be consumed" in failure["exception"]


def test_an_unreadable_message_is_not_logged_as_the_event_before_it(logged: Logged) -> None:
    _, failure = logged(some_event(), "no JSON")
    assert failure["message_id"] == "message-1"
    assert "UnreadableEvent" in failure["exception"]
    assert "event_id" not in failure
    assert failure.get("correlation_id") is None


def test_a_message_that_cannot_be_consumed_is_named_alone() -> None:
    answer = handler(batch(some_event(subject="bad"), some_event(subject="good")), CONTEXT)
    assert failed(answer) == ["message-0"]
