"""What an outbox still has: events that were written with their state, and not yet published.

A stack names its outbox in its template's metadata: `"crossbus": {"bus": <name>, "outbox":
{"table": <logical id>}}`. Its items have `source`, `detailType`, `detail` (JSON text) and
`occurredAt`. An item is deleted after the bus has accepted it: a crash in between publishes it
again, and never loses it.
"""

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from boto3.dynamodb.types import TypeDeserializer
from botocore.exceptions import ClientError

from operate.entries import of_item
from operate.errors import OperateError
from operate.names import find
from operate.progress import Moved, Pace, shown
from operate.system import System
from operate.targets import Refused, put_events
from routes.network.model import Place
from routes.reading.assembly import Resource, Stack

MAX_ENTRIES = 10
MAX_BYTES = 250 * 1024
"""Of one PutEvents; an event larger than this goes alone."""

OVERHEAD = 1024
"""More than an entry has besides its detail."""

_read = TypeDeserializer().deserialize

Item = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Outbox:
    """The table of a stack's unpublished events, and the bus they are for."""

    stack: Stack
    table: Resource
    bus: Place

    @property
    def label(self) -> str:
        """How it is called."""
        return f"outbox of {self.bus.name}"


@dataclass(frozen=True)
class Waiting:
    """How many events an outbox has, and since when the oldest waits, in seconds."""

    events: int
    oldest_s: float | None


def outboxes(system: System) -> list[Outbox]:
    """The outboxes that the stacks name; raises OperateError when one is not there."""
    found = []
    for stack in system.stacks:
        said = (stack.template.get("Metadata") or {}).get("crossbus") or {}
        if "outbox" in said:
            found.append(_outbox(system, stack, said))
    return found


def named(system: System, name: str) -> Outbox:
    """The outbox of a stack, by the name of the stack or its bus; raises OperateError."""
    known: dict[str, list[Outbox]] = {}
    for outbox in outboxes(system):
        for key in (outbox.bus.name, outbox.stack.name):
            known.setdefault(key, []).append(outbox)
    return find("outbox", name, known)


def waiting(system: System, outbox: Outbox) -> Waiting:
    """What an outbox has."""
    items = list(_items(system, outbox))
    return Waiting(len(items), max((_age_s(item) for item in items), default=None))


def republish(
    system: System, outbox: Outbox, *, rate: float, older_than_s: float, dry_run: bool = False
) -> Moved:
    """Publishes what has waited longer than so many seconds, the oldest first.

    What is younger is on its way; a publisher that runs meanwhile may publish an event as well.
    """
    moved = Moved(outbox.label, dry_run)
    old = []
    for item in sorted(_items(system, outbox), key=_age_s, reverse=True):
        if _age_s(item) < older_than_s:
            moved.on_their_way += 1
            continue
        try:
            of_item(item)
            old.append(item)
        except Refused as refusal:
            moved.left[str(refusal)] += 1
    if dry_run:
        moved.moved[outbox.bus.label] += len(old)
        return moved
    pace = Pace(rate)
    with shown(outbox.label, len(old)) as step:
        for chunk in chunks(old):
            for item, answer in zip(chunk, _put(system, outbox, chunk), strict=True):
                step()
                pace.wait()
                if "ErrorCode" in answer:
                    moved.left[f"{answer['ErrorCode']}: {answer.get('ErrorMessage')}"] += 1
                    continue
                _delete(system, outbox, item)
                moved.moved[outbox.bus.label] += 1
    return moved


def chunks(items: list[Item]) -> Iterator[list[Item]]:
    """The items in order, in lists that one PutEvents may hold."""
    chunk: list[Item] = []
    size = 0
    for item in items:
        added = len(str(item["detail"]).encode()) + OVERHEAD
        if chunk and (len(chunk) == MAX_ENTRIES or size + added > MAX_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append(item)
        size += added
    if chunk:
        yield chunk


def _outbox(system: System, stack: Stack, said: dict[str, Any]) -> Outbox:
    where = f"{stack.name}: Metadata.crossbus"
    logical_id = said["outbox"].get("table") if isinstance(said["outbox"], dict) else None
    if logical_id not in stack.resources:
        raise OperateError(f"{where}.outbox.table: {logical_id!r} is no resource of the stack")
    if not isinstance(said.get("bus"), str):
        raise OperateError(f"{where}.bus: {said.get('bus')!r}, expected the name of a bus")
    bus = system.routes.places.bus(said["bus"], stack)
    return Outbox(stack, stack.resources[logical_id], bus)


def _items(system: System, outbox: Outbox) -> Iterator[Item]:
    pages = system.client("dynamodb", outbox.table).get_paginator("scan")
    for page in pages.paginate(TableName=system.physical(outbox.table), ConsistentRead=True):
        for item in page["Items"]:
            yield {name: _read(value) for name, value in item.items()}


def _put(system: System, outbox: Outbox, items: list[Item]) -> list[dict[str, Any]]:
    """The bus's answer to each item; where it refuses the call, that error for each."""
    bus = {"EventBusName": system.arn(outbox.bus)}
    entries = [of_item(item) | bus for item in items]
    try:
        return put_events(system, outbox.bus, entries)
    except ClientError as error:
        answer = {"ErrorCode": error.response["Error"]["Code"], "ErrorMessage": str(error)}
        return [answer] * len(items)


def _delete(system: System, outbox: Outbox, item: Item) -> None:
    table = outbox.table
    schema = table.get("KeySchema") or []
    key = {each["AttributeName"]: {"S": item[each["AttributeName"]]} for each in schema}
    system.client("dynamodb", table).delete_item(TableName=system.physical(table), Key=key)


def _age_s(item: Item) -> float:
    """How long an item has waited, in seconds; for ever, where it does not say since when."""
    try:
        occurred = datetime.fromisoformat(str(item.get("occurredAt")))
    except ValueError:
        return math.inf
    return max(0.0, time.time() - occurred.timestamp())
