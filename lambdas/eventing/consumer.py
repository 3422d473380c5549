"""Makes a Lambda handler of a function that consumes messages of queues, or records of a stream.

A message that can never succeed becomes a dead letter at once; any other that fails is named in
the partial batch response and comes again, later each time; the others of the batch are done. Of a
stream, what comes after it in the batch comes again with it.
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from eventing.errors import NeverSucceeds
from eventing.events import Event, decode
from eventing.function import Handler
from eventing.observability import correlate, logger, observed, uncorrelate
from eventing.queues import Queues
from eventing.records import Record, records

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

Message = TypeVar("Message")
Errors = dict[str, Exception]
"""What went wrong with which message, by message id."""


def batch_consumer(
    queues: Queues, read: Callable[[Record], Message]
) -> Callable[[Callable[[dict[str, Message]], Errors]], Handler]:
    """The handler of a batch. `read` makes a message of a record, or raises NeverSucceeds;
    the decorated function gets the messages by id, and returns the errors of those that failed.
    What it raises is the error of them all.
    """

    def decorate(consume: Callable[[dict[str, Message]], Errors]) -> Handler:
        @observed
        @wraps(consume)
        def handler(batch: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:  # noqa: ARG001
            received = records(batch)
            messages: dict[str, Message] = {}
            errors: Errors = {}
            for message_id, record in received.items():
                try:
                    messages[message_id] = read(record)
                except NeverSucceeds as error:
                    errors[message_id] = error
            try:
                errors |= consume(messages)
            except Exception as error:
                logger.exception("no message consumed", messages=len(messages))
                errors |= dict.fromkeys(messages, error)
            left = [id for id, error in errors.items() if not _settled(queues, received[id], error)]
            return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in left]}

        return handler

    return decorate


def consumer(queues: Queues) -> Callable[[Callable[[Event], None]], Handler]:
    """The handler of a batch of events, each of which the decorated function consumes."""
    return message_consumer(queues, event_of)


def message_consumer(
    queues: Queues, read: Callable[[Record], Message]
) -> Callable[[Callable[[Message], None]], Handler]:
    """The handler of a batch of messages, each of which the decorated function consumes. `read`
    makes a message of a record, or raises NeverSucceeds.
    """

    def decorate(consume: Callable[[Message], None]) -> Handler:
        @wraps(consume)
        def each(messages: dict[str, Message]) -> Errors:
            return consume_each(messages, consume)

        return batch_consumer(queues, read)(each)

    return decorate


def traced(read: Callable[[str], Event]) -> Callable[[Record], Event]:
    """Reads the event in a message's body, of whatever kind, with the trace of the message."""

    def event(record: Record) -> Event:
        return read(record["body"])._replace(trace=record["attributes"].get("AWSTraceHeader"))

    return event


event_of = traced(decode)
"""The event in a message. UnreadableEvent if no contract reads it."""


def consume_each(messages: Mapping[str, Message], consume: Callable[[Message], object]) -> Errors:
    """Consumes messages one by one, and goes on after one that fails."""
    errors: Errors = {}
    for message_id, message in messages.items():
        if isinstance(message, Event):
            correlate(message)
        try:
            consume(message)
        except Exception as error:
            logger.exception("not consumed", message_id=message_id)
            errors[message_id] = error
    uncorrelate()
    return errors


def _settled(queues: Queues, record: Record, error: Exception) -> bool:
    """Whether the message is done with: a dead letter. If not, it comes again."""
    message_id = record["messageId"]
    try:
        if isinstance(error, NeverSucceeds):
            queues.set_aside(record, error)
            logger.error("set aside", message_id=message_id, error=str(error))
            return True
        logger.error("tried again later", message_id=message_id, error=repr(error))
        queues.back_off(record)
    except Exception:
        # It comes again all the same, when its visibility timeout ends.
        logger.exception("not settled", message_id=message_id)
    return False
