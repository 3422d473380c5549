"""Works through the messages of a batch, one by one or together: one that fails stops no other."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from eventing.events import About
from eventing.observability import correlate, logger

Message = TypeVar("Message")
Result = TypeVar("Result")
Errors = dict[str, Exception]
"""What went wrong with which message, by message id."""


def consume_each(messages: Mapping[str, Message], consume: Callable[[Message], object]) -> Errors:
    """Consumes messages one by one, and goes on after one that fails."""
    return each(messages, consume)[1]


def each(
    messages: Mapping[str, Message], work: Callable[[Message], Result]
) -> tuple[dict[str, Result], Errors]:
    """What `work` makes of each message, by message id, and the errors of those that it failed on:
    for what then goes on together.
    """
    results: dict[str, Result] = {}
    errors: Errors = {}
    for message_id, message in messages.items():
        correlate(about(message))
        try:
            results[message_id] = work(message)
        except Exception as error:
            logger.exception("not consumed", message_id=message_id)
            errors[message_id] = error
    correlate(None)
    return results, errors


def consume_together(
    messages: Mapping[str, Message], consume: Callable[[list[Message]], object]
) -> Errors:
    """Consumes messages together, and if that fails each alone: one that fails does not hold up the
    others. What was done of them before it failed must not be done again.
    """
    if len(messages) != 1:
        try:
            consume(list(messages.values()))
            return {}
        except Exception:
            logger.exception("not consumed", messages=len(messages))
    return consume_each(messages, lambda message: consume([message]))


def about(message: object) -> About | None:
    """Which event a message is, or came of, if it says so: by its `about`, as an Event does."""
    return getattr(message, "about", None)
