"""Works through the messages of a batch, one by one or together: one that fails stops no other."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from eventing.events import Event
from eventing.observability import correlate, logger, uncorrelate

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
        if isinstance(message, Event):
            correlate(message)
        try:
            results[message_id] = work(message)
        except Exception as error:
            logger.exception("not consumed", message_id=message_id)
            errors[message_id] = error
    uncorrelate()
    return results, errors


def consume_together(
    messages: Mapping[str, Message], consume: Callable[[list[Message]], object]
) -> Errors:
    """Consumes messages together, and if that fails each alone: one that fails does not hold up the
    others. What was done of them before it failed must not be done again.
    """
    try:
        consume(list(messages.values()))
    except Exception as error:
        logger.exception("not consumed", messages=len(messages))
        if len(messages) == 1:
            return dict.fromkeys(messages, error)
        return consume_each(messages, lambda message: consume([message]))
    return {}
