"""What is carried from place to place."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import msgspec

from routes.filters.matching import Fields, flatten


@dataclass(frozen=True)
class Parcel:
    """A message on its way. `key` says where it came from: choices about it are a function of that.

    `event` is the whole envelope of what is on a bus, and then `body` is empty. `bus_hops` counts
    the buses that it came from.
    """

    key: str
    body: str
    event: dict[str, Any] | None = None
    attributes: dict[str, Any] = field(default_factory=dict)
    group: str | None = None
    deduplication: str | None = None
    trace: str | None = None
    bus_hops: int = 0

    @cached_property
    def text(self) -> str:
        """What the next place gets."""
        if self.event is None:
            return self.body
        return msgspec.json.encode(self.event).decode()

    @cached_property
    def fields(self) -> Fields:
        """The leaf fields of its event."""
        return flatten(self.event or {})

    def on(self, key: str, **changed: Any) -> "Parcel":
        """The same, a step further or once more."""
        # Not `replace`, which sets field by field: half of all steps make one.
        copy = object.__new__(Parcel)
        copy.__dict__.update(self.__dict__, key=key, **changed)
        if copy.event is not self.event or copy.body is not self.body:
            for known in ("text", "fields"):
                copy.__dict__.pop(known, None)
        return copy
