"""What a history leaves for its alarms: who stayed where for how long, and what was counted."""

from collections import defaultdict
from itertools import product
from typing import NamedTuple

import msgspec

from routes.network.model import Hop

NOTED_S = 60.0
"""What stays for less is not noted: metrics are of minutes."""

Metric = tuple[str, str, frozenset[tuple[str, str]]]
"""A metric that functions print: its namespace, its name, its dimensions."""

SENT_TO_DLQ = "InvocationsSentToDlq"
REDRIVEN = "NumberOfNotificationsRedrivenToDlq"
"""The metrics of a rule, and of a topic, that count what they gave up."""

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
        """What metrics count: by what they are of and by metric, by time."""
        self.printed: dict[tuple[str, Metric], list[tuple[float, list[float]]]] = defaultdict(list)
        """What the metrics have that functions print: by function and metric, by time."""
        self.idle: dict[str, list[list[float]]] = defaultdict(list)
        """From when to when runs of a schedule were left out: they would have printed the same."""

    def said(self, function: str, at: float, text: str) -> None:
        """Notes the metrics in what a function printed.

        https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/
        CloudWatch_Embedded_Metric_Format_Specification.html
        """
        said = msgspec.json.decode(text)
        for each in said["_aws"]["CloudWatchMetrics"]:
            for names, metric in product(each["Dimensions"], each["Metrics"]):
                dimensions = frozenset((name, str(said[name])) for name in names)
                value = said[metric["Name"]]
                values = list(map(float, value if isinstance(value, list) else [value]))
                about = (each["Namespace"], metric["Name"], dimensions)
                self.printed[function, about].append((at, values))

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

    def count(self, of: str, metric: str, at: float, value: float = 1.0) -> None:
        """Notes a value of the metric of a function, a rule or a topic."""
        self.counted[of, metric].append((at, value))

    def given_up(self, hop: Hop, at: float) -> None:
        """Notes that a rule or a topic gave a delivery up, and has it in its dead-letter place."""
        if hop.kind == "subscription":
            self.count(hop.source.arn, REDRIVEN, at)
        else:
            self.count(hop.resource.arn, SENT_TO_DLQ, at)
