"""What a consumer's lines of log say of the events of a batch."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from eventing.consumer import consumer
from eventing.events import Event
from eventing.observability import logger
from tests.unit.messages import CONTEXT, batch, event, failed, order_cancelled


@consumer
def handler(event: Event) -> None:
    logger.info("consumed")
    if event.metadata.subject == "order-bad":
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
        event(order_cancelled("order-1"), "event-1"), event(order_cancelled("order-2"))
    )
    assert (first["event_id"], first["detail_type"]) == ("event-1", "OrderCancelled")
    assert first["correlation_id"] == "request-of-order-1"
    assert second["correlation_id"] == "request-of-order-2"


def test_a_failure_is_logged_with_its_event_and_its_reason(logged: Logged) -> None:
    _, failure = logged(event(order_cancelled("order-bad"), "event-1"))
    assert (failure["level"], failure["message_id"]) == ("ERROR", "message-0")
    assert failure["event_id"] == "event-1"
    assert "cannot be consumed" in failure["exception"]


def test_an_unreadable_message_is_not_logged_as_the_event_before_it(logged: Logged) -> None:
    _, failure = logged(event(order_cancelled("order-1")), "no JSON")
    assert failure["message_id"] == "message-1"
    assert "UnreadableEvent" in failure["exception"]
    assert "event_id" not in failure
    assert failure.get("correlation_id") is None


def test_a_message_that_cannot_be_consumed_is_named_alone() -> None:
    answer = handler(batch(order_cancelled("order-bad"), order_cancelled("order-1")), CONTEXT)
    assert failed(answer) == ["message-0"]
