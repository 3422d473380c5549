"""The metrics that are billed one by one: those that no service of AWS writes by itself."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cost.bill import Quantity

UNIT = "metric-month"
OF_AWS = "AWS/"
"""How the namespaces begin of metrics that services write, which cost nothing."""

Metric = tuple[str, str, frozenset[tuple[str, str]]]


def monthly(clients: Mapping[str, Any]) -> Quantity:
    """How many custom metrics accounts have. `clients` are of CloudWatch, one an account.

    Counted are those that somebody has written there, and those that an alarm watches, written or
    not; each combination of dimensions is one. As if each had data in every hour of the month.
    """
    return Quantity(UNIT, UNIT, float(sum(len(_of(client)) for client in clients.values())))


def _of(client: Any) -> set[Metric]:
    listed = client.get_paginator("list_metrics").paginate()
    written = (metric for page in listed for metric in page["Metrics"])
    described = client.get_paginator("describe_alarms").paginate(AlarmTypes=["MetricAlarm"])
    watched = (
        metric for page in described for alarm in page["MetricAlarms"] for metric in _watched(alarm)
    )
    return set(_custom((*written, *watched)))


def _watched(alarm: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The one metric of an alarm, or those that it computes with."""
    if "MetricName" in alarm:
        yield alarm
    for query in alarm.get("Metrics", ()):
        if "MetricStat" in query:
            yield query["MetricStat"]["Metric"]


def _custom(metrics: Iterable[Mapping[str, Any]]) -> Iterator[Metric]:
    for metric in metrics:
        if not metric["Namespace"].startswith(OF_AWS):
            dimensions = frozenset((each["Name"], each["Value"]) for each in metric["Dimensions"])
            yield metric["Namespace"], metric["MetricName"], dimensions
