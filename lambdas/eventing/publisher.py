"""Publishes a table's outbox: the handler of every domain's function `publish_events`.

A stream record that cannot be published is reported as a partial batch failure: Lambda retries
from there, halves the batch on an error, and gives up into the on-failure queue.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from boto3.dynamodb.types import TypeDeserializer

from eventing.aws import Client, attempts
from eventing.function import Handler, function
from eventing.observability import logger, traced

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

MAX_ENTRIES = 10
MAX_BYTES = 256 * 1024
"""Limits of one PutEvents call; the bytes, of all its entries together, are fewer than these."""


class Settings(msgspec.Struct):
    bus_name: str


class Pending(NamedTuple):
    """An entry for PutEvents, the stream record it came from, and the key of its outbox item."""

    sequence_number: str
    key: str
    entry: "PutEventsRequestEntryTypeDef"


_deserialize = TypeDeserializer().deserialize


def make(settings: Settings, client: Client) -> Handler:
    """Publishes each outbox item of a batch of stream records; names those that it could not."""
    events: EventBridgeClient = client("events")

    @logger.inject_lambda_context(clear_state=True)
    @traced
    def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:  # noqa: ARG001
        pending: list[Pending] = []
        failed: list[str] = []
        for record in event["Records"]:
            change = record["dynamodb"]
            try:
                pending.append(_pending(change, settings.bus_name))
            except KeyError:
                logger.exception("no item of an outbox", key=change["Keys"])
                failed.append(change["SequenceNumber"])
        for chunk in chunks(pending):
            failed += [left.sequence_number for left in put_events(events, chunk)]
        return {"batchItemFailures": [{"itemIdentifier": number} for number in failed]}

    return handler


def _pending(change: dict[str, Any], bus: str) -> Pending:
    item = {name: _deserialize(value) for name, value in change["NewImage"].items()}
    return Pending(
        change["SequenceNumber"],
        item["pk"],
        {
            "EventBusName": bus,
            "Source": item["source"],
            "DetailType": item["detailType"],
            "Detail": item["detail"],
            "Time": item["occurredAt"],
        },
    )


def chunks(pending: list[Pending]) -> Iterator[list[Pending]]:
    """The same records in order, in lists that one PutEvents call may hold."""
    chunk: list[Pending] = []
    size = 0
    for record in pending:
        added = entry_bytes(record.entry)
        if chunk and (len(chunk) == MAX_ENTRIES or size + added >= MAX_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append(record)
        size += added
    if chunk:
        yield chunk


def entry_bytes(entry: "PutEventsRequestEntryTypeDef") -> int:
    """An entry's size as EventBridge counts it.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html
    """
    texts = (entry["Source"], entry["DetailType"], entry["Detail"])
    return 14 + sum(len(text.encode()) for text in texts)


def put_events(events: "EventBridgeClient", pending: list[Pending]) -> list[Pending]:
    """Puts the entries on the bus, the failed ones up to three times; returns what is left."""
    for _ in attempts(3):
        answer = events.put_events(Entries=[record.entry for record in pending])
        results = list(zip(pending, answer["Entries"], strict=True))
        for record, result in results:
            if "ErrorCode" in result:
                logger.warning("entry refused", key=record.key, **result)
        pending = [record for record, result in results if "ErrorCode" in result]
        if not pending:
            break
    return pending


handler = function(make, Settings)
