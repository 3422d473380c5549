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
        """What the metrics of functions count: by function and metric, in the order of time."""
        self.printed: list[tuple[float, str, str]] = []
        """What functions printed, in which their own metrics are: when, which, what."""

        self.idle: dict[str, list[list[float]]] = defaultdict(list)
        """From when to when runs of a schedule were left out: they would have printed the same."""

    def same_again(self, function: str, now: float) -> None:
        """From now on, runs of a schedule that ends in a function are left out."""
        spans = self.idle[function]
        if not spans or spans[-1][1] < now:
            spans.append([now, FOR_EVER])

    def not_again(self, function: str, now: float) -> None:
        """From now on, they are not."""
        for span in self.idle[function][-1:]:
            span[1] = min(span[1], now)

    def stayed(self, arn: str, stay: Stay) -> None:
        """Notes that something was somewhere, if it was there for long."""
        if stay.until - stay.since >= NOTED_S:
            self.stays[arn].append(stay)

    def count(self, function: str, metric: str, at: float, value: float = 1.0) -> None:
        """Notes a value of a function's metric."""
        self.counted[function, metric].append((at, value))
