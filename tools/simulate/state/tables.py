"""Tables: items with conditions, transactions, and the changes that a stream tells of."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from bench.conditions import holds
from bench.updates import updated
from simulate.errors import NotSimulated

Item = dict[str, Any]
"""In DynamoDB's notation."""
Arguments = dict[str, Any]


class ConditionFailed(Exception):
    """A write's condition does not hold."""


class Cancelled(Exception):
    """A transaction was cancelled: the code of each of its writes."""

    def __init__(self, codes: list[str]) -> None:
        super().__init__(", ".join(codes))
        self.codes = codes


@dataclass
class Change:
    """What became of an item: None where it was not, or is no more."""

    key: Item
    old: Item | None
    new: Item | None

    @property
    def name(self) -> str:
        """As a stream calls it."""
        return "REMOVE" if self.new is None else "MODIFY" if self.old else "INSERT"


@dataclass
class Table:
    """A table. `view` is what its stream shows, None where it has none; `expires` the attribute
    whose time to live it keeps; `indexes` have the keys of each by its name. `version` counts its
    changes.
    """

    arn: str
    keys: tuple[str, ...]
    view: str | None = None
    expires: str | None = None
    indexes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)
    version: int = 0
    changed: Callable[["Table", Change], None] = lambda _table, _change: None
    before: dict[str, Item | None] = field(default_factory=dict)
    """What each item was before its last change."""

    def get(self, key: Item) -> Item | None:
        """The item with a key."""
        return self.items.get(self._key(key))

    def stale(self, key: Item) -> Item | None:
        """The item with a key as it was before its last change."""
        name = self._key(key)
        return self.before.get(name, self.items.get(name))

    def scan(self) -> Iterator[Item]:
        """Every item, in an order that says nothing."""
        yield from sorted(self.items.values(), key=self._key)

    def shows(self, index: str | None) -> int:
        """The version of what an index has, or all of it for None: 0 where that is nothing."""
        if index is None:
            return self.version if self.items else 0
        keys = self.indexes[index]
        has_any = any(all(key in item for key in keys) for item in self.items.values())
        return self.version if has_any else 0

    def of_index(self, name: str) -> list[Item]:
        """The items that an index has, in the order of its keys."""
        keys = self.indexes[name]
        found = [item for item in self.items.values() if all(key in item for key in keys)]
        return sorted(found, key=lambda item: [*(str(item[key]) for key in keys), self._key(item)])

    def put(self, arguments: Arguments) -> None:
        """ConditionFailed, and nothing is written, if the condition does not hold."""
        self.check(arguments, arguments["Item"])
        self._write(arguments["Item"], arguments["Item"])

    def update(self, arguments: Arguments) -> Item:
        """The item after the update, which makes one that is not there."""
        self.check(arguments, arguments["Key"])
        key = arguments["Key"]
        with readable():
            after = updated(arguments, self.get(key) or key)
        self._write(key, after)
        return after

    def delete(self, arguments: Arguments) -> None:
        """Of an item that is not there it changes nothing."""
        self.check(arguments, arguments["Key"])
        self._write(arguments["Key"], None)

    def check(self, arguments: Arguments, key: Item) -> None:
        """ConditionFailed if the call's condition does not hold."""
        with readable():
            met = holds(arguments, "ConditionExpression", self.get(key))
        if not met:
            raise ConditionFailed

    def _write(self, key: Item, new: Item | None) -> None:
        name = self._key(key)
        old = self.items.get(name)
        if old == new:
            return
        self.version += 1
        self.before[name] = old
        if new is None:
            del self.items[name]
        else:
            self.items[name] = new
        self.changed(self, Change({each: key[each] for each in self.keys}, old, new))

    def _key(self, holder: Item) -> str:
        if len(self.keys) == 1:
            (value,) = holder[self.keys[0]].values()
            return str(value)
        return repr([holder[key] for key in self.keys])


@contextmanager
def readable() -> Iterator[None]:
    """NotSimulated for an expression that cannot be read."""
    try:
        yield
    except ValueError as error:
        raise NotSimulated(str(error)) from None


_WRITES: dict[str, Callable[[Table, Arguments], object]] = {
    "Put": Table.put,
    "Update": Table.update,
    "Delete": Table.delete,
    "ConditionCheck": lambda _table, _write: None,
}
WRITES = tuple(_WRITES)


def transact(writes: list[tuple[Table, str, Arguments]]) -> None:
    """Writes all or nothing. Cancelled, with a code for each, if a condition does not hold."""
    codes = []
    for table, kind, write in writes:
        try:
            table.check(write, write["Item"] if kind == "Put" else write["Key"])
            codes.append("None")
        except ConditionFailed:
            codes.append("ConditionalCheckFailed")
    if set(codes) != {"None"}:
        raise Cancelled(codes)
    for table, kind, write in writes:
        _WRITES[kind](table, write)
