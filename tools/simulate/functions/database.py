"""DynamoDB's calls."""

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from bench.conditions import holds
from simulate.errors import NotSimulated
from simulate.functions.invocation import Invocation
from simulate.functions.refusals import Refused, permitted
from simulate.loop import running
from simulate.state.tables import (
    WRITES,
    Cancelled,
    ConditionFailed,
    Item,
    Table,
    readable,
    transact,
)

if TYPE_CHECKING:
    from simulate.wiring import Function
    from simulate.world import World

Arguments = dict[str, Any]

_ACTIONS = {
    "Put": "dynamodb:PutItem",
    "Update": "dynamodb:UpdateItem",
    "Delete": "dynamodb:DeleteItem",
    "ConditionCheck": "dynamodb:ConditionCheckItem",
}
"""What IAM asks for each write of a transaction."""

CANCELLED = {
    "conflict": ("TransactionConflict",),
    "hot item": ("TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"),
}
"""The reasons of transactions that a fault cancels, which may be done later.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
"""

MOST = {"transact_write_items": 100, "batch_get_item": 100, "batch_write_item": 25}


class Database:
    """The tables of all accounts, as functions call them."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.operations: dict[str, Callable[[Function, Arguments], Any]] = {
            "dynamodb.get_item": self._get_item,
            "dynamodb.batch_get_item": self._batch_get_item,
            "dynamodb.batch_write_item": self._batch_write_item,
            "dynamodb.transact_write_items": self._transact_write_items,
            "dynamodb.put_item": self._put_item,
            "dynamodb.update_item": self._update_item,
            "dynamodb.delete_item": self._delete_item,
            "dynamodb.scan": self._scan,
            "dynamodb.query": self._query,
        }

    def _table(self, function: "Function", name: str, action: str, part: str = "") -> Table:
        arn = name
        if not name.startswith("arn:"):
            arn = f"arn:aws:dynamodb:{function.region}:{function.account}:table/{name}"
        table = self._world.tables.get(arn)
        if table is None:
            raise Refused("ResourceNotFoundException", f"there is no table {arn}")
        permitted(self._world, function, action, arn + part, name)
        return table

    def _get_item(self, function: "Function", arguments: Arguments) -> Any:
        table = self._table(function, arguments["TableName"], "dynamodb:GetItem")
        _must_read_all(arguments)
        found = self._getting(table, arguments)(arguments["Key"])
        self._read(table, found)
        return {"Item": found} if found else {}

    def _batch_get_item(self, function: "Function", arguments: Arguments) -> Any:
        responses: dict[str, list[Item]] = {}
        left: dict[str, Any] = {}
        asked = arguments["RequestItems"]
        _must_be_few("batch_get_item", sum(len(each["Keys"]) for each in asked.values()))
        for name, each in asked.items():
            table = self._table(function, name, "dynamodb:BatchGetItem")
            _must_read_all(each)
            _must_differ(each["Keys"])
            keys = self._part(each["Keys"])
            found = map(self._getting(table, each), keys)
            responses[name] = [item for item in found if item]
            self._read(table, responses[name])
            if len(keys) < len(each["Keys"]):
                left[name] = {**each, "Keys": each["Keys"][len(keys) :]}
        return {"Responses": responses, "UnprocessedKeys": left}

    def _batch_write_item(self, function: "Function", arguments: Arguments) -> Any:
        left: dict[str, Any] = {}
        asked = arguments["RequestItems"]
        _must_be_few("batch_write_item", sum(map(len, asked.values())))
        for name, requests in asked.items():
            table = self._table(function, name, "dynamodb:BatchWriteItem")
            _must_differ([_key_of(table, request) for request in requests])
            done = self._part(requests)
            for request in done:
                if "PutRequest" in request:
                    table.put(request["PutRequest"])
                else:
                    table.delete(request["DeleteRequest"])
            if len(done) < len(requests):
                left[name] = requests[len(done) :]
        return {"UnprocessedItems": left}

    def _transact_write_items(self, function: "Function", arguments: Arguments) -> Any:
        writes: list[tuple[Table, str, Arguments]] = []
        _must_be_few("transact_write_items", len(arguments["TransactItems"]))
        for each in arguments["TransactItems"]:
            ((kind, write),) = each.items()
            if kind not in WRITES:
                raise NotSimulated(f"{kind} in a transaction is not simulated")
            writes.append((self._table(function, write["TableName"], _ACTIONS[kind]), kind, write))
        if len({(t.arn, str(w.get("Key") or w["Item"][t.keys[0]])) for t, _, w in writes}) < len(
            writes
        ):
            raise Refused("ValidationException", "a transaction cannot have two writes of an item")
        for kind, codes in CANCELLED.items():
            if self._strikes(kind):
                code = self._world.chance.pick(codes, kind, *_about())
                raise _cancelled([code] + ["None"] * (len(writes) - 1))
        try:
            transact(writes)
        except Cancelled as cancelled:
            raise _cancelled(cancelled.codes) from None
        return {}

    def _put_item(self, function: "Function", arguments: Arguments) -> Any:
        return self._alone(function, arguments, "Put", Table.put)

    def _update_item(self, function: "Function", arguments: Arguments) -> Any:
        return self._alone(function, arguments, "Update", Table.update)

    def _delete_item(self, function: "Function", arguments: Arguments) -> Any:
        return self._alone(function, arguments, "Delete", Table.delete)

    def _alone(
        self,
        function: "Function",
        arguments: Arguments,
        kind: str,
        write: Callable[[Table, Arguments], Any],
    ) -> Any:
        table = self._table(function, arguments["TableName"], _ACTIONS[kind])
        if self._strikes("conflict"):
            code = "TransactionConflictException"
            raise Refused(code, "Transaction is ongoing for the item")
        returned = arguments.get("ReturnValues", "NONE")
        if returned not in ("NONE", "ALL_NEW", "ALL_OLD"):
            raise NotSimulated(f"ReturnValues {returned} is not simulated")
        old = table.get(arguments.get("Key") or arguments["Item"])
        try:
            new = write(table, arguments)
        except ConditionFailed:
            code = "ConditionalCheckFailedException"
            raise Refused(code, "The conditional request failed") from None
        shown = new if returned == "ALL_NEW" else old if returned == "ALL_OLD" else None
        return {"Attributes": shown} if shown else {}

    def _scan(self, function: "Function", arguments: Arguments) -> Any:
        table = self._table(function, arguments["TableName"], "dynamodb:Scan")
        if "IndexName" in arguments or "Segment" in arguments:
            raise NotSimulated("a scan of an index or a segment is not simulated")
        with readable():
            found = [item for item in table.scan() if holds(arguments, "FilterExpression", item)]
        self._read(table, found)
        return {"Items": found, "Count": len(found), "ScannedCount": len(table.items)}

    def _query(self, function: "Function", arguments: Arguments) -> Any:
        index = arguments.get("IndexName")
        if index is None:
            raise NotSimulated("a query of a table's own key is not simulated")
        table = self._table(function, arguments["TableName"], "dynamodb:Query", f"/index/{index}")
        if index not in table.indexes:
            raise Refused("ValidationException", f"the table has no index {index}")
        with readable():
            found = [
                item
                for item in table.of_index(index)
                if holds(arguments, "KeyConditionExpression", item)
                and holds(arguments, "FilterExpression", item)
            ]
        self._read(table, found, index)
        return {"Items": found, "Count": len(found)}

    def _getting(self, table: Table, arguments: Arguments) -> Callable[[Item], Item | None]:
        """How items are got: as they are, or, where the call leaves that open, as they were."""
        if not arguments.get("ConsistentRead") and self._strikes("stale"):
            return table.stale
        return table.get

    def _part(self, asked: list[Any]) -> list[Any]:
        """What is done of a batch: all of it, mostly."""
        if not self._strikes("unprocessed"):
            return asked
        return asked[: int(len(asked) * self._world.chance.number("part", _about()))]

    def _strikes(self, kind: str) -> bool:
        invocation = running()
        if not isinstance(invocation, Invocation):
            return False
        # What is hot stays so for as long as a function goes on.
        about = (invocation.key,) if kind == "hot item" else _about()
        return self._world.strikes(kind, invocation.function.name, invocation.about, *about)

    def _read(self, table: Table, found: Any, index: str | None = None) -> None:
        """Notes what an invocation read, so that it is known when another would find the same."""
        invocation = running()
        if isinstance(invocation, Invocation):
            invocation.read[table.arn, index] = table.shows(index)
            invocation.found = invocation.found or bool(found)


def _about() -> tuple[object, ...]:
    invocation = running()
    return (invocation.key, invocation.calls) if isinstance(invocation, Invocation) else ()


def _must_read_all(arguments: Arguments) -> None:
    if "ProjectionExpression" in arguments or "AttributesToGet" in arguments:
        raise NotSimulated("a read of some attributes is not simulated")


def _must_be_few(operation: str, count: int) -> None:
    if not 0 < count <= MOST[operation]:
        message = f"{count} of at least 1 and at most {MOST[operation]}"
        raise Refused("ValidationException", message)


def _must_differ(keys: list[Item]) -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html"""
    if any(key in keys[:at] for at, key in enumerate(keys)):
        raise Refused("ValidationException", "Provided list of item keys contains duplicates")


def _key_of(table: Table, request: Arguments) -> Item:
    """The key of the item that a request of a batch writes."""
    ((_, write),) = request.items()
    item = write.get("Key") or write["Item"]
    return {name: item[name] for name in table.keys}


def _cancelled(codes: list[str]) -> Refused:
    return Refused(
        "TransactionCanceledException",
        f"Transaction cancelled, please refer cancellation reasons for specific reasons {codes}",
        CancellationReasons=[{"Code": code} for code in codes],
    )


def seconds_of(item: Item, attribute: str) -> float | None:
    """When an item expires, in seconds since 1970; None if it does not."""
    value = item.get(attribute, {}).get("N")
    return None if value is None else float(Decimal(value))
