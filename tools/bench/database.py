"""Tables as the measured functions see them: DynamoDB's calls on dictionaries, with conditions."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from bench import payloads
from bench.conditions import holds
from bench.expressions import Item
from bench.functions import Table
from bench.updates import updated

Arguments = dict[str, Any]
Changed = Callable[[str, dict[str, Any]], None]
"""Is told of each record of a table's stream: the table's ARN, and the record."""


class Refused(Exception):
    """A call that AWS would refuse: the code of its error, and the reasons of a transaction's."""

    def __init__(self, code: str, reasons: list[str] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.reasons = reasons or []


class Database:
    """The tables of one account and region, which calls name by name or ARN."""

    def __init__(self, tables: dict[str, Table], items: dict[str, list[Item]], home: str) -> None:
        """`items` are those of each table by its ARN, which begins with `home`."""
        self._tables = tables
        self._home = home
        self._items = {arn: {self._key(arn, i): i for i in found} for arn, found in items.items()}
        self.changed: Changed = lambda _table, _record: None

    def items(self) -> dict[str, list[Item]]:
        """The items that there are now, by the ARN of their table."""
        return {arn: list(items.values()) for arn, items in self._items.items()}

    def get_item(self, arguments: Arguments) -> dict[str, Any]:
        found = self._found(arguments, arguments["Key"])
        return {"Item": found} if found else {}

    def batch_get_item(self, arguments: Arguments) -> dict[str, Any]:
        responses = {}
        for table, asked in arguments["RequestItems"].items():
            found = [self._found({"TableName": table}, key) for key in asked["Keys"]]
            responses[table] = [item for item in found if item]
        return {"Responses": responses, "UnprocessedKeys": {}}

    def transact_get_items(self, arguments: Arguments) -> dict[str, Any]:
        return {"Responses": [self.get_item(each["Get"]) for each in arguments["TransactItems"]]}

    def put_item(self, arguments: Arguments) -> dict[str, Any]:
        return self._written(arguments, lambda _: arguments["Item"])

    def update_item(self, arguments: Arguments) -> dict[str, Any]:
        return self._written(arguments, lambda old: updated(arguments, old or arguments["Key"]))

    def delete_item(self, arguments: Arguments) -> dict[str, Any]:
        return self._written(arguments, lambda _: None)

    def batch_write_item(self, arguments: Arguments) -> dict[str, Any]:
        for table, requests in arguments["RequestItems"].items():
            for request in requests:
                if "PutRequest" in request:
                    self.put_item({"TableName": table, **request["PutRequest"]})
                else:
                    self.delete_item({"TableName": table, **request["DeleteRequest"]})
        return {"UnprocessedItems": {}}

    def transact_write_items(self, arguments: Arguments) -> dict[str, Any]:
        """All or nothing. Refused, with a reason for each, if a condition does not hold."""
        writes = [next(iter(each.items())) for each in arguments["TransactItems"]]
        reasons = [
            "None" if self._meets(write) else "ConditionalCheckFailed" for _, write in writes
        ]
        if set(reasons) != {"None"}:
            raise Refused("TransactionCanceledException", reasons)
        call = {"Put": self.put_item, "Update": self.update_item, "Delete": self.delete_item}
        for kind, write in writes:
            if kind in call:
                call[kind](write)
        return {}

    def query(self, arguments: Arguments) -> dict[str, Any]:
        return self._read(arguments)

    def scan(self, arguments: Arguments) -> dict[str, Any]:
        return self._read(arguments)

    def _read(self, arguments: Arguments) -> dict[str, Any]:
        """In the order of the items' keys. Indexes hold whatever has the attributes asked for."""
        table = self._items.get(self._arn(arguments["TableName"]), {})
        found = list(self._matching(arguments, [table[key] for key in sorted(table)]))
        if not arguments.get("ScanIndexForward", True):
            found.reverse()
        found = found[: arguments.get("Limit")]
        return {"Items": found, "Count": len(found), "ScannedCount": len(found)}

    def _matching(self, arguments: Arguments, items: list[Item]) -> Iterator[Item]:
        for item in items:
            if all(
                holds(arguments, name, item)
                for name in ("KeyConditionExpression", "FilterExpression")
            ):
                yield item

    def _written(
        self, arguments: Arguments, change: Callable[[Item | None], Item | None]
    ) -> dict[str, Any]:
        if not self._meets(arguments):
            raise Refused("ConditionalCheckFailedException")
        arn = self._arn(arguments["TableName"])
        table = self._items.setdefault(arn, {})
        key = self._key(arn, arguments.get("Key") or arguments["Item"])
        old = table.get(key)
        new = change(old)
        if new is None:
            table.pop(key, None)
        else:
            table[key] = new
        self._announce(self._tables[arn], old, new)
        return _returned(arguments.get("ReturnValues", "NONE"), old, new)

    def _meets(self, arguments: Arguments) -> bool:
        found = self._found(arguments, arguments.get("Key") or arguments["Item"])
        return holds(arguments, "ConditionExpression", found)

    def _announce(self, table: Table, old: Item | None, new: Item | None) -> None:
        item = new or old
        if table.view is None or item is None or old == new:
            return
        name = "REMOVE" if new is None else "MODIFY" if old else "INSERT"
        keys = {key: item[key] for key in table.keys}
        self.changed(table.arn, payloads.change(name, keys, new, old, table.view))

    def _found(self, arguments: Arguments, holder: Item) -> Item | None:
        arn = self._arn(arguments["TableName"])
        return self._items.get(arn, {}).get(self._key(arn, holder))

    def _arn(self, name: str) -> str:
        """The ARN of a table. Refused if there is none."""
        arn = name if name.startswith("arn:") else f"{self._home}{name}"
        if arn not in self._tables:
            raise Refused("ResourceNotFoundException")
        return arn

    def _key(self, arn: str, holder: Item) -> str:
        return json.dumps([holder[key] for key in self._tables[arn].keys], default=repr)


def _returned(asked: str, old: Item | None, new: Item | None) -> dict[str, Any]:
    if asked.endswith("_OLD"):
        return {"Attributes": old} if old else {}
    return {"Attributes": new} if asked.endswith("_NEW") and new else {}
