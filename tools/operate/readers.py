"""Readers of streams that are behind.

A stream's records wait in it, and nothing counts them: how old the last record of a batch was when
its function was invoked is all there is, a metric that comes a minute later.
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from operate.consumers import Consumer
from operate.system import System

STREAMS = ("stream", "table")
LATE_S = 60
"""What is read younger than that is not behind."""
LOOKED_BACK = timedelta(minutes=5)
PERIOD_S = 60


@dataclass(frozen=True)
class Behind:
    """A function that reads a stream, and how old what it read last was."""

    label: str
    account: str
    age_s: float


def behind(system: System, consumers: Iterable[Consumer]) -> list[Behind]:
    """Those of the consumers that read streams, and were late when they last did."""
    found = []
    for consumer in consumers:
        if consumer.hop.source.kind in STREAMS:
            age_s = _last_age_s(system, consumer)
            if age_s > LATE_S:
                account = system.account(consumer.hop.target)
                found.append(Behind(consumer.label, account, age_s))
    return found


def _last_age_s(system: System, consumer: Consumer) -> float:
    now = datetime.now(UTC)
    answer = system.client("cloudwatch", consumer.hop.target).get_metric_statistics(
        Namespace="AWS/Lambda",
        MetricName="IteratorAge",
        Dimensions=[{"Name": "FunctionName", "Value": system.name(consumer.hop.target)}],
        StartTime=now - LOOKED_BACK,
        EndTime=now,
        Period=PERIOD_S,
        Statistics=["Maximum"],
    )
    points = sorted(answer["Datapoints"], key=lambda point: point["Timestamp"])
    return float(points[-1]["Maximum"]) / 1000 if points else 0.0
