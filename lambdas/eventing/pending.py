"""Items of an outbox as entries of PutEvents, in lists that one call may hold."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import msgspec

if TYPE_CHECKING:
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

MAX_ENTRIES = 10
MAX_BYTES = 256 * 1024
"""Limits of one PutEvents call; the bytes, of all its entries together, are fewer than these."""


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


def pending(item: dict[str, Any], bus_name: str) -> Pending:
    """The item, to be published on a bus. NoEvent if it is none of an outbox."""
    try:
        read = msgspec.convert(item, _Item)
    except msgspec.ValidationError as error:
        raise NoEvent(f"no event: {error}") from error
    entry: PutEventsRequestEntryTypeDef = {
        "EventBusName": bus_name,
        "Source": read.source,
        "DetailType": read.detail_type,
        "Detail": read.detail,
        "Time": read.occurred_at,
    }
    if read.trace_header:
        entry["TraceHeader"] = read.trace_header
    return Pending(item, entry, read.occurred_at)


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
