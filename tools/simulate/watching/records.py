"""What a history leaves for its alarms: who stayed where for how long, and what was counted."""

from collections import defaultdict
from typing import NamedTuple

NOTED_S = 60.0
"""What stays for less is not noted: metrics are of minutes."""

FOR_EVER = float("inf")


class Stay(NamedTuple):
    """A message in a queue, an item in a table, a record that a stream's reader has before it.

    `tried` is when a message was received for the third time. `text` is what a story tells of.
    """

    since: float
    until: float
    text: str
    tried: float | None = None


class Records:
    """The records of one history."""

    def __init__(self) -> None:
        self.stays: dict[str, list[Stay]] = defaultdict(list)
        """By the ARN of the place, in the order in which they ended."""
        self.counted: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
        """What the metrics of functions count: by function and metric, with its time."""
        self.printed: list[tuple[float, str, str]] = []
        """What functions printed, in which their own metrics are: when, which, what."""

    def stayed(self, arn: str, stay: Stay) -> None:
        """Notes that something was somewhere, if it was there for long."""
        if stay.until - stay.since >= NOTED_S:
            self.stays[arn].append(stay)

    def count(self, function: str, metric: str, at: float, value: float = 1.0) -> None:
        """Notes a value of a function's metric."""
        self.counted[function, metric].append((at, value))
