"""Writes a table as it was: only what differs, each item on condition that nobody wrote meanwhile.

The live table keeps its name, stream, grants and alarms: items are copied back into it. Revisions
go on from the higher one of both, so that a unit of work that has read before finds its condition
broken, and starts over.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

from business.restore.rules import Item
from operate.errors import OperateError
from operate.progress import Pace

_serialize = TypeSerializer().serialize
_deserialize = TypeDeserializer().deserialize

REVISION = "revision"


class Stamp(NamedTuple):
    """How an item is known again: its revision as DynamoDB has it, and a digest of the rest."""

    revision: dict[str, Any] | None
    digest: bytes


@dataclass
class Target:
    """A table that is written, at a pace. `present` is what it held when it was read, by key.

    `done` counts what was written; `changed` has the keys.
    """

    client: Any
    name: str
    pace: Pace
    dry_run: bool
    present: dict[str, Stamp] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)
    changed: set[str] = field(default_factory=set)

    def items(self) -> Iterator[Item]:
        """Reads the table; from then on, what is read is what a write replaces."""
        for raw in scanned(self.client, self.name):
            item = plain(raw)
            self.present[item["pk"]] = Stamp(raw.get(REVISION), _digest(raw))
            yield item

    def put(self, item: Item, *, what: str, always: bool = False) -> None:
        """Writes an item where it differs, or `always`, and counts it by what it is.

        Raises OperateError when another write came first.
        """
        key = item["pk"]
        before = self.present.get(key)
        if before and before.digest == _digest(_raw(item)) and not always:
            self.done["unchanged"] += 1
            return
        revision = max(_number(before), int(item.get(REVISION, 0))) + 1
        self._write("put_item", key, what, Item=_raw({**item, REVISION: revision}))

    def delete(self, key: str) -> None:
        """Deletes an item; raises OperateError when another write came first."""
        self._write("delete_item", key, "deleted", Key={"pk": {"S": key}})

    def _write(self, operation: str, key: str, what: str, **request: Any) -> None:
        self.done[what] += 1
        self.changed.add(key)
        if self.dry_run:
            return
        self.pace.wait()
        condition = _as_it_was(self.present.get(key))
        try:
            getattr(self.client, operation)(TableName=self.name, **request, **condition)
        except self.client.exceptions.ConditionalCheckFailedException as error:
            raise OperateError(
                f"{key} of {self.name} was written meanwhile: see with `python -m operate list` "
                "that its consumers are off, and run the command again"
            ) from error


def scanned(client: Any, table: str) -> Iterator[Item]:
    """The items of a table in DynamoDB's notation; raises OperateError if it cannot be read."""
    pages = client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    try:
        for page in pages:
            yield from page["Items"]
    except ClientError as error:
        raise OperateError(f"the table {table} cannot be read: {error}") from error


def plain(item: Item) -> Item:
    """An item in DynamoDB's notation as a plain dictionary."""
    return {name: _deserialize(value) for name, value in item.items()}


def _raw(item: Item) -> Item:
    return {name: _serialize(value) for name, value in item.items()}


def _as_it_was(before: Stamp | None) -> dict[str, Any]:
    """The condition that an item is still the one that was read."""
    if before is None:
        return {"ConditionExpression": "attribute_not_exists(pk)"}
    names = {"#revision": REVISION}
    if before.revision is None:
        condition = "attribute_exists(pk) AND attribute_not_exists(#revision)"
        return {"ConditionExpression": condition, "ExpressionAttributeNames": names}
    return {
        "ConditionExpression": "#revision = :read",
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": {":read": before.revision},
    }


def _number(before: Stamp | None) -> int:
    return int(Decimal((before.revision or {}).get("N", "0"))) if before else 0


def _digest(item: Item) -> bytes:
    rest = {name: value for name, value in item.items() if name != REVISION}
    text = json.dumps(rest, sort_keys=True, default=str)
    return hashlib.blake2b(text.encode(), digest_size=16).digest()
