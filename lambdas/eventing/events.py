"""Events in and out: decoding any readable version to the current one, and making new ones."""

import uuid
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

import msgspec

from contracts.language.catalog import CURRENT, READABLE, VERSIONS
from contracts.language.envelope import Detail, Envelope, Metadata
from contracts.language.types import Contract
from eventing.errors import NeverSucceeds

Model = TypeVar("Model")


class UnreadableEvent(NeverSucceeds):
    """No contract reads this: not an event, of a type or version unknown here, or bad data."""


class About(NamedTuple):
    """The event that a message is, or came of, and the process it belongs to."""

    correlation_id: str
    event_id: str
    detail_type: str | None = None


class Event(NamedTuple):
    """An event as handlers see it: `data` is of the current version.

    `trace` is the header of the trace that it belongs to, where it has one.
    """

    source: str
    detail_type: str
    metadata: Metadata
    data: Contract
    trace: str | None = None

    @property
    def about(self) -> About:
        """What lines of log about it name."""
        return About(self.metadata.correlation_id, self.metadata.id, self.detail_type)


class _Head(msgspec.Struct, rename={"detail_type": "detail-type"}):
    source: str
    detail_type: str
    detail: Detail[Any]


def decode(body: str) -> Event:
    """The event in a message body, upcast to the current version.

    UnreadableEvent, naming the field and what was expected, if no contract reads it.
    """
    head = _read(body, _Head)
    version = head.detail.metadata.version
    kind = READABLE.get((head.source, head.detail_type, version.partition(".")[0]))
    if kind is None:
        raise UnreadableEvent(f"no contract for {head.source} {head.detail_type} version {version}")
    data = _read(body, Envelope[kind.data]).detail.data  # type: ignore[name-defined]
    while kind.upcast:
        try:
            data = kind.upcast(data)
        except ValueError as error:
            raise UnreadableEvent(f"{head.detail_type} version {version}: {error}") from error
        kind = VERSIONS[type(data)]
    return Event(head.source, head.detail_type, head.detail.metadata, data)


def about_of_body(body: str) -> About | None:
    """Which event a body is, whether or not a contract reads its data; None if it is none."""
    try:
        head = _read(body, _Head)
    except UnreadableEvent:
        return None
    metadata = head.detail.metadata
    return About(metadata.correlation_id, metadata.id, head.detail_type)


def _read(body: str, model: type[Model]) -> Model:
    try:
        return msgspec.json.decode(body, type=model)
    except (msgspec.DecodeError, RecursionError) as error:
        raise UnreadableEvent(str(error)) from error


def new_event(
    data: Contract,
    *,
    subject: str,
    correlation_id: str,
    causation_id: str,
    at: datetime,
    id: str | None = None,
    trace: str | None = None,
) -> Event:
    """A new event about `subject`, of the current version of its data.

    Without an `id` it gets a new one: who may make the same event twice gives it. Without a
    `trace` it belongs to that of the invocation.
    """
    kind = CURRENT[type(data)]
    metadata = Metadata(
        id=id or str(uuid.uuid4()),
        version=kind.version,
        occurred_at=at,
        correlation_id=correlation_id,
        causation_id=causation_id,
        subject=subject,
    )
    return Event(kind.source, kind.detail_type, metadata, data, trace)


def detail_json(event: Event) -> str:
    """The event's `detail` as it goes on the wire."""
    return msgspec.json.encode(Detail(metadata=event.metadata, data=event.data)).decode()
