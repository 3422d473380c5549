"""A domain's table, and the unit of work: what is read, and what comes of it, all or nothing.

Every write is on condition that what it replaces is still what was read, so that of two writers
one starts over. What a unit of work publishes is an item of the outbox, in the same transaction.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

import msgspec

from eventing import dynamodb, outbox, transactions
from eventing.aws import attempts
from eventing.events import Event

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

Value = TypeVar("Value", bound=msgspec.Struct)
Result = TypeVar("Result")

Items = dict[str, dict[str, Any] | None]
"""Items as they were read, by key; None for one that was not there."""

STARTS = 5
"""How often a unit of work starts over when other writes come first."""


class Kind(NamedTuple, Generic[Value]):
    """A kind of item: what its keys begin with, and the type that its items are read as."""

    prefix: str
    model: type[Value]

    def key(self, id: str) -> str:
        """The partition key of the item with this id."""
        return f"{self.prefix}#{id}"


class Table:
    """A table that units of work read and write; those that publish need its outbox beside it.

    `read` is for who only reads.
    """

    def __init__(self, client: "DynamoDBClient", name: str, outbox: str | None = None) -> None:
        self.client = client
        self.name = name
        self.outbox = outbox
        self._loaded: Items = {}

    def loaded(self, keys: Iterable[str]) -> "Table":
        """The table, with these items, at most 100, read in one call: for a batch of messages.

        Units of work begin with them as they are now, and read anew what one of them has written
        or was late for.
        """
        loaded = Table(self.client, self.name, self.outbox)
        loaded._loaded = _read_all(self, keys)
        return loaded

    def read(self, kind: Kind[Value], id: str) -> Value | None:
        """The item as it is now, or was when it was loaded; None if there is none."""
        return UnitOfWork(self, self._loaded).get(kind, id)

    def put_new(self, kind: Kind[Value], id: str, value: Value) -> None:
        """Writes the item if there is none yet, without a transaction."""
        item = {"pk": kind.key(id), "revision": 1} | msgspec.to_builtins(value)
        dynamodb.put_new(self.client, self.name, item)

    def query(self, index: str, condition: str, **values: str) -> Iterator[dict[str, Any]]:
        """The items of an index that meet the condition, such as `jurisdiction = :jurisdiction`, as
        they were a moment ago, in the order of its sort key.
        """
        return dynamodb.query(self.client, self.name, index, condition, values)

    def transact(self, work: Callable[["UnitOfWork"], Result]) -> Result:
        """Does the work and commits it; returns what `work` returned.

        `work` starts over, with a new unit, when another write came between, or its own came twice:
        it must have no effects but on its unit. ConditionFailed if other writes kept coming first,
        or if what is put without having been read is there already.
        """
        for _ in attempts(STARTS):
            unit = UnitOfWork(self, self._loaded)
            result = work(unit)
            self._loaded = {k: v for k, v in self._loaded.items() if not unit.writes(k)}
            try:
                unit.commit()
                return result
            except transactions.ConditionFailed as error:
                lost = error
        raise lost


class UnitOfWork:
    """Reads of a table, and the writes of one transaction: at most 100 items and 4 MB."""

    def __init__(self, table: Table, loaded: Items) -> None:
        self._table = table
        self._read = dict(loaded)
        self._put: dict[str, Any] = {}
        self._added: dict[str, dict[str, int]] = {}
        self._writes: dict[str, TransactWriteItemTypeDef] = {}

    def load(self, keys: Iterable[str]) -> None:
        """Reads many items at once, at most 100; `get` then answers without another call."""
        self._read |= _read_all(self._table, [key for key in keys if key not in self._read])

    def get(self, kind: Kind[Value], id: str) -> Value | None:
        """The item with this id as the unit last put it, or else as it was read; None if it is not
        there. ValidationError if it is none of its kind.
        """
        key = kind.key(id)
        if key in self._put:
            put: Value = self._put[key]
            return put
        if key not in self._read:
            self._read[key] = dynamodb.get(self._table.client, self._table.name, key)
        found = self._read[key]
        return None if found is None else msgspec.convert(found, kind.model)

    def put(self, kind: Kind[Value], id: str, value: Value) -> None:
        """Writes the item, on condition that it is as it was read; if it was not: that none is."""
        key = kind.key(id)
        before = self._read.get(key)
        revision = before["revision"] if before else None
        values: dict[str, Any] = msgspec.to_builtins(value)
        item = {"pk": key, "revision": (revision or 0) + 1} | values
        self._put[key] = value
        self._writes[key] = transactions.put(self._table.name, item, revision=revision)

    def add(self, kind: Kind[Value], id: str, **amounts: int) -> None:
        """Adds to counters of the item, whatever they are, and makes the item if there is none.

        Amounts are by the name of the field. Whoever did not read the item needs no retry, but
        a unit that does nothing else counts twice what comes twice: put something beside it.
        """
        names = {field.name: field.encode_name for field in msgspec.structs.fields(kind.model)}
        added = self._added.setdefault(kind.key(id), {})
        for name, amount in amounts.items():
            added[names[name]] = added.get(names[name], 0) + amount

    def publish(self, event: Event) -> None:
        """Writes the event into the outbox. RuntimeError if the table was given none."""
        if self._table.outbox is None:
            raise RuntimeError(f"{self._table.name}: no outbox to write {event.detail_type} into")
        item = outbox.item(event)
        self._writes[f"outbox {item['pk']}"] = transactions.put(self._table.outbox, item)

    def writes(self, key: str) -> bool:
        """Whether the item with this key is put or added to."""
        return key in self._put or key in self._added

    def commit(self) -> None:
        """Writes all or nothing. ConditionFailed if something is not as it was read; ValueError if
        an item was both put and added to, which one transaction cannot do.
        """
        both = self._put.keys() & self._added.keys()
        if both:
            raise ValueError(f"put and added to in one unit of work: {', '.join(sorted(both))}")
        name = self._table.name
        added = (transactions.add(name, key, amounts) for key, amounts in self._added.items())
        writes = [*self._writes.values(), *added]
        if writes:
            transactions.transact(self._table.client, writes)


def _read_all(table: Table, keys: Iterable[str]) -> Items:
    """The items with these keys, at most 100, in one call."""
    asked = list(dict.fromkeys(keys))
    return dict.fromkeys(asked) | dynamodb.get_all(table.client, table.name, asked)
