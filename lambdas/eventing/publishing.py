"""Publishes items of the outbox: puts them on the bus, and deletes what the bus has accepted.

Between the two a crash leaves an event that is published again: consumers recognize it.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from botocore.exceptions import ClientError

from eventing.aws import Client, attempts
from eventing.observability import logger
from eventing.pending import Pending, chunks
from eventing.queues import attribute

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_sqs import SQSClient

MAX_DELETES = 25
"""Items of one BatchWriteItem call."""

REFUSED_FOR_GOOD = {"MalformedDetail", "InvalidArgument"}
"""Errors of an entry that no repetition mends. A permission that is missing may be granted."""


class Settings(msgspec.Struct):
    bus_name: str
    outbox_name: str
    unpublished_url: str


class Unpublished(NamedTuple):
    """The keys of what is left in the outbox, and of what the bus refused for good."""

    left: set[str]
    refused: set[str]


class Publisher:
    """Publishes to one bus from one outbox. What the bus refuses for good becomes a dead letter."""

    def __init__(self, settings: Settings, client: Client) -> None:
        self._settings = settings
        self._events: EventBridgeClient = client("events")
        self._dynamo: DynamoDBClient = client("dynamodb")
        self._client = client
        self._bus_was_there = False

    def publish(self, items: Iterable[Pending]) -> Unpublished:
        """Publishes the items, each once, and deletes those; returns the keys of the others."""
        found = {one.key: one for one in items}
        if found and not (self._bus_was_there or self._bus_is_there()):
            return Unpublished(set(found), set())
        left: set[str] = set()
        refused: set[str] = set()
        taken: list[str] = []
        for chunk in chunks(found.values()):
            failed = self._put(chunk)
            left |= failed.left
            refused |= failed.refused
            taken += [one.key for one in chunk if one.key not in failed.left | failed.refused]
        if taken and not self._bus_is_there():
            return Unpublished(left.union(taken), refused)
        self._delete(taken)
        return Unpublished(left, refused)

    def set_aside(self, item: dict[str, Any], reason: str) -> None:
        """Sends the item to the queue of what cannot be published, and deletes it."""
        sqs: SQSClient = self._client("sqs")
        sqs.send_message(
            QueueUrl=self._settings.unpublished_url,
            MessageBody=msgspec.json.encode(item).decode(),
            MessageAttributes={"error": attribute(reason)},
        )
        self._delete([item["pk"]])

    def _put(self, chunk: list[Pending]) -> Unpublished:
        """Puts the entries on the bus, the failed ones up to three times."""
        refused: set[str] = set()
        for _ in attempts(3):
            try:
                answer = self._events.put_events(Entries=[one.entry for one in chunk])
            except ClientError:
                logger.exception("the bus takes nothing", bus=self._settings.bus_name)
                break
            failed = []
            for one, result in zip(chunk, answer["Entries"], strict=True):
                code = result.get("ErrorCode")
                if code:
                    logger.warning("entry refused", key=one.key, **result)
                if code in REFUSED_FOR_GOOD:
                    self.set_aside(one.item, f"{code}: {result.get('ErrorMessage')}")
                    refused.add(one.key)
                elif code:
                    failed.append(one)
            chunk = failed
            if not chunk:
                break
        return Unpublished({one.key for one in chunk}, refused)

    def _bus_is_there(self) -> bool:
        """Whether the bus is there: PutEvents may take events for one that is gone, and lose them.

        After a no it is asked before events are put, too: it may be made anew meanwhile.
        https://github.com/aws/aws-sdk/issues/186
        """
        try:
            self._events.describe_event_bus(Name=self._settings.bus_name)
            self._bus_was_there = True
        except ClientError:
            logger.exception("not known to be there", bus=self._settings.bus_name)
            self._bus_was_there = False
        return self._bus_was_there

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
