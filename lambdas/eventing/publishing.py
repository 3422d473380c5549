"""Publishes items of the outbox: puts them on the bus, and deletes what the bus has accepted.

Between the two a crash leaves an event that is published again: consumers recognize it.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import msgspec
from botocore.exceptions import ClientError

from eventing.aws import Client, attempts
from eventing.observability import logger
from eventing.queues import attribute

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef
    from mypy_boto3_sqs import SQSClient

MAX_ENTRIES = 10
MAX_BYTES = 256 * 1024
"""Limits of one PutEvents call; the bytes, of all its entries together, are fewer than these."""

MAX_DELETES = 25
"""Items of one BatchWriteItem call."""

REFUSED_FOR_GOOD = {"MalformedDetail", "InvalidArgument"}
"""Errors of an entry that no repetition mends. A permission that is missing may be granted."""


class Settings(msgspec.Struct):
    bus_name: str
    outbox_name: str
    unpublished_url: str


class NoEvent(ValueError):
    """An item that is none of an outbox; the text names the field and what was expected."""


class _Item(msgspec.Struct, rename="camel"):
    """What an item of the outbox has to have."""

    source: str
    detail_type: str
    detail: str
    occurred_at: Annotated[datetime, msgspec.Meta(tz=True)]
    trace_header: str | None = None


class Pending(NamedTuple):
    """An item of the outbox, its entry for PutEvents, and when its event came to be."""

    item: dict[str, Any]
    entry: "PutEventsRequestEntryTypeDef"
    occurred_at: datetime

    @property
    def key(self) -> str:
        """The key of the item: the id of the event."""
        key: str = self.item["pk"]
        return key


class Publisher:
    """Publishes to one bus from one outbox. What the bus refuses for good becomes a dead letter."""

    def __init__(self, settings: Settings, client: Client) -> None:
        self._settings = settings
        self._events: EventBridgeClient = client("events")
        self._dynamo: DynamoDBClient = client("dynamodb")
        self._client = client

    def pending(self, item: dict[str, Any]) -> Pending:
        """The item, to be published. NoEvent if it is none of an outbox."""
        try:
            read = msgspec.convert(item, _Item)
        except msgspec.ValidationError as error:
            raise NoEvent(f"no event: {error}") from error
        entry: PutEventsRequestEntryTypeDef = {
            "EventBusName": self._settings.bus_name,
            "Source": read.source,
            "DetailType": read.detail_type,
            "Detail": read.detail,
            "Time": read.occurred_at,
        }
        if read.trace_header:
            entry["TraceHeader"] = read.trace_header
        return Pending(item, entry, read.occurred_at)

    def publish(self, pending: Iterable[Pending]) -> set[str]:
        """Publishes the items, each once, and deletes those; returns the keys of the others."""
        left: set[str] = set()
        taken: list[str] = []
        for chunk in chunks({one.key: one for one in pending}.values()):
            failed = self._put(chunk)
            left |= failed
            taken += [one.key for one in chunk if one.key not in failed]
        if taken and not self._bus_is_there():
            return left.union(taken)
        self._delete(taken)
        return left

    def set_aside(self, item: dict[str, Any], reason: str) -> None:
        """Sends the item to the queue of what cannot be published, and deletes it."""
        sqs: SQSClient = self._client("sqs")
        sqs.send_message(
            QueueUrl=self._settings.unpublished_url,
            MessageBody=msgspec.json.encode(item).decode(),
            MessageAttributes={"error": attribute(reason)},
        )
        self._delete([item["pk"]])

    def _put(self, pending: list[Pending]) -> set[str]:
        """Puts the entries on the bus, the failed ones up to three times; returns their keys."""
        for _ in attempts(3):
            try:
                answer = self._events.put_events(Entries=[one.entry for one in pending])
            except ClientError:
                logger.exception("the bus takes nothing", bus=self._settings.bus_name)
                break
            failed = []
            for one, result in zip(pending, answer["Entries"], strict=True):
                code = result.get("ErrorCode")
                if code:
                    logger.warning("entry refused", key=one.key, **result)
                if code in REFUSED_FOR_GOOD:
                    self.set_aside(one.item, f"{code}: {result.get('ErrorMessage')}")
                elif code:
                    failed.append(one)
            pending = failed
            if not pending:
                break
        return {one.key for one in pending}

    def _bus_is_there(self) -> bool:
        """Whether what it took is not lost: PutEvents may take events for a bus that is gone.

        https://github.com/aws/aws-sdk/issues/186
        """
        try:
            self._events.describe_event_bus(Name=self._settings.bus_name)
        except ClientError:
            logger.exception("not known to be there", bus=self._settings.bus_name)
            return False
        return True

    def _delete(self, keys: list[str]) -> None:
        """TimeoutError if the table kept leaving some: they would be published again."""
        table = self._settings.outbox_name
        for start in range(0, len(keys), MAX_DELETES):
            deletes = [
                {"DeleteRequest": {"Key": {"pk": {"S": key}}}}
                for key in keys[start : start + MAX_DELETES]
            ]
            asked: Any = {table: deletes}
            for _ in attempts(5):
                asked = self._dynamo.batch_write_item(RequestItems=asked).get("UnprocessedItems")
                if not asked:
                    break
            else:
                raise TimeoutError(f"{table} left items undeleted: {asked}")


def chunks(pending: Iterable[Pending]) -> Iterator[list[Pending]]:
    """The same items in order, in lists that one PutEvents call may hold."""
    chunk: list[Pending] = []
    size = 0
    for one in pending:
        added = entry_bytes(one.entry)
        if chunk and (len(chunk) == MAX_ENTRIES or size + added >= MAX_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append(one)
        size += added
    if chunk:
        yield chunk


def entry_bytes(entry: "PutEventsRequestEntryTypeDef") -> int:
    """An entry's size as EventBridge counts it.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html
    """
    texts = (entry["Source"], entry["DetailType"], entry["Detail"])
    return 14 + sum(len(text.encode()) for text in texts)
