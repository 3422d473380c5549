"""Makes a Lambda handler of a function that consumes messages of queues, or of what is like them.

A message that can never succeed becomes a dead letter at once; any other that fails is named in
the partial batch response and comes again, later each time; the others of the batch are done.
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
Of a stream, a broker or a Kafka cluster more comes again than what failed: see `eventing.sources`.
"""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from eventing.batch import Errors, about, consume_each
from eventing.errors import NeverSucceeds
from eventing.events import About, Event, about_of_body, decode
from eventing.function import Handler
from eventing.observability import correlate, count_failed, logger, metrics, observed
from eventing.queues import Queues, age_of
from eventing.records import Record
from eventing.sources import Records, Source, source_of

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

Message = TypeVar("Message")


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
            source = source_of(batch)
            records = source.records(batch)
            messages: dict[str, Message] = {}
            errors: Errors = {}
            for message_id, record in records.items():
                try:
                    messages[message_id] = read(record)
                except NeverSucceeds as error:
                    errors[message_id] = error
            try:
                errors |= consume(messages)
            except Exception as error:
                logger.exception("no message consumed", messages=len(messages))
                errors |= dict.fromkeys(messages, error)
            abouts = {id: _about(records[id], messages.get(id)) for id in errors}
            return source.answer(records, _left(queues, source, records, errors, abouts))

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


def _about(record: Record, message: object | None) -> About | None:
    return about_of_body(record["body"]) if message is None else about(message)


def _left(
    queues: Queues,
    source: Source,
    records: Records,
    errors: Errors,
    abouts: dict[str, About | None],
) -> list[str]:
    """The messages that failed and are not done with: they come again. What can never succeed is a
    dead letter, unless it comes again with others.
    """
    left = [id for id, error in errors.items() if not isinstance(error, NeverSucceeds)]
    for message_id in left:
        correlate(abouts[message_id])
        logger.error("tried again later", message_id=message_id, error=repr(errors[message_id]))
        _settled(queues.back_off, records[message_id])
    for message_id, error in errors.items():
        if message_id in source.again(records, left) or not isinstance(error, NeverSucceeds):
            continue
        correlate(abouts[message_id])
        if _settled(queues.set_aside, records[message_id], error):
            logger.error("set aside", message_id=message_id, error=str(error))
        else:
            left.append(message_id)
    if errors:
        count_failed(len(errors))
    if left:
        # The age of a queue's oldest message leaves out what was received three times.
        oldest = max(age_of(records[message_id]) for message_id in left)
        metrics.add_metric(name="FailingAge", unit="Seconds", value=oldest)
    return left


def _settled(settle: Callable[..., None], record: Record, *more: object) -> bool:
    """Whether it went well. If not, the message comes again, when its visibility timeout ends."""
    try:
        settle(record, *more)
    except Exception:
        logger.exception("not settled", message_id=record["messageId"])
        return False
    return True
