"""A bus that takes what `publish_events` puts, or refuses it, entry by entry, as told."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from tests.unit.handlers import publisher

EVENT = "before-call.events.PutEvents"


class Bus:
    """`taken` are the entries on the bus; `calls` the orders of the entries of each call.

    An order in `refusals` has its entry refused as often as that says.
    """

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []
        self.calls: list[list[str]] = []
        self.refusals: dict[str, int] = {}

    def order_ids(self) -> list[str]:
        """The orders whose events are on the bus, in order."""
        return [_order_id(entry) for entry in self.taken]

    def _put_events(self, params: dict[str, Any], **_: object) -> tuple[object, dict[str, Any]]:
        entries = json.loads(params["body"])["Entries"]
        self.calls.append([_order_id(entry) for entry in entries])
        results = [self._result(entry) for entry in entries]
        failed = sum("ErrorCode" in result for result in results)
        return SimpleNamespace(status_code=200), {"FailedEntryCount": failed, "Entries": results}

    def _result(self, entry: dict[str, Any]) -> dict[str, str]:
        order_id = _order_id(entry)
        if self.refusals.get(order_id, 0):
            self.refusals[order_id] -= 1
            return {"ErrorCode": "ThrottlingException", "ErrorMessage": "slow down"}
        self.taken.append(entry)
        return {"EventId": f"event-{len(self.taken)}"}

    @contextmanager
    def attached(self) -> Iterator[None]:
        """Stands behind the publisher's client."""
        emitter = publisher.events.meta.events
        emitter.register(EVENT, self._put_events)
        yield
        emitter.unregister(EVENT, self._put_events)


def _order_id(entry: dict[str, Any]) -> str:
    return str(json.loads(entry["Detail"])["data"]["orderId"])
