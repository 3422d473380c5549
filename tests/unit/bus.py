"""A bus that takes what a publisher puts, or refuses it, entry by entry, as told."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

EVENT = "before-call.events.PutEvents"


class Bus:
    """`taken` are the entries on the bus; `calls` the subjects of the entries of each call.

    A subject in `refusals` has its entry refused as often as that says, with `code`.
    """

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []
        self.calls: list[list[str]] = []
        self.refusals: dict[str, int] = {}
        self.code = "ThrottlingException"

    def subjects(self) -> list[str]:
        """What the events on the bus are about, in order."""
        return [_subject(entry) for entry in self.taken]

    def _put_events(self, params: dict[str, Any], **_: object) -> tuple[object, dict[str, Any]]:
        entries = json.loads(params["body"])["Entries"]
        self.calls.append([_subject(entry) for entry in entries])
        results = [self._result(entry) for entry in entries]
        failed = sum("ErrorCode" in result for result in results)
        return SimpleNamespace(status_code=200), {"FailedEntryCount": failed, "Entries": results}

    def _result(self, entry: dict[str, Any]) -> dict[str, str]:
        subject = _subject(entry)
        if self.refusals.get(subject, 0):
            self.refusals[subject] -= 1
            return {"ErrorCode": self.code, "ErrorMessage": "not this one"}
        self.taken.append(entry)
        return {"EventId": f"event-{len(self.taken)}"}

    @contextmanager
    def attached(self, events: Any) -> Iterator[None]:
        """Stands behind a client of EventBridge."""
        emitter = events.meta.events
        emitter.register(EVENT, self._put_events)
        yield
        emitter.unregister(EVENT, self._put_events)


def _subject(entry: dict[str, Any]) -> str:
    return str(json.loads(entry["Detail"])["metadata"]["subject"])
