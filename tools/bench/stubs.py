"""AWS as the measured functions see it: answers at once, keeps what it is given."""

from typing import Any

from botocore.client import BaseClient

Item = dict[str, Any]


class StubbedAws:
    """One table, and what was sent and published. In place of botocore's every call."""

    def __init__(self, table: dict[str, Item]) -> None:
        self.table = table
        self.outbox: list[Item] = []
        self.sent: list[dict[str, Any]] = []
        self.published: list[dict[str, Any]] = []

    def install(self) -> None:
        """From here on, every client of this process calls this object."""

        def call(_: BaseClient, operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
            answer: dict[str, Any] = getattr(self, operation)(**arguments)
            return answer

        BaseClient._make_api_call = call  # type: ignore[attr-defined]

    def GetItem(self, Key: Item, **_: Any) -> dict[str, Any]:
        item = self.table.get(Key["pk"]["S"])
        return {"Item": item} if item else {}

    def BatchGetItem(self, RequestItems: dict[str, Any]) -> dict[str, Any]:
        ((table, asked),) = RequestItems.items()
        found = [self.table.get(key["pk"]["S"]) for key in asked["Keys"]]
        return {"Responses": {table: [item for item in found if item]}, "UnprocessedKeys": {}}

    def TransactWriteItems(self, TransactItems: list[dict[str, Any]]) -> dict[str, Any]:
        for write in TransactItems:
            item = write["Put"]["Item"]
            if item["pk"]["S"].startswith("EVENT#"):
                self.outbox.append(item)
            else:
                self.table[item["pk"]["S"]] = item
        return {}

    def SendMessage(self, **message: Any) -> dict[str, Any]:
        self.sent.append(message)
        return {"MessageId": str(len(self.sent))}

    def PutEvents(self, Entries: list[dict[str, Any]]) -> dict[str, Any]:
        self.published += Entries
        return {"FailedEntryCount": 0, "Entries": [{"EventId": "stub"} for _ in Entries]}

    def PutObject(self, **_: Any) -> dict[str, Any]:
        return {}

    def Publish(self, **_: Any) -> dict[str, Any]:
        return {"MessageId": "stub"}
