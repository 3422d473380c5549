"""Alarms watch the metric that they name, period by period.

CloudWatch evaluates the metric with the alarm's dimensions over its evaluation periods, treats
periods without data as the alarm says, and needs as many breaching periods as the alarm asks for.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html

ministack 1.5.33 takes all metrics of the name together, whatever their dimensions, so that one
queue sets off the alarms of all, and never leaves a state for want of data. This can go when it
evaluates dimensions and missing data. Anomaly detection is not evaluated.
"""

import operator
import time
from typing import Any

from ministack.services import cloudwatch

from local.emulator import seams

COMPARISONS = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}


def install() -> None:
    """Evaluates alarms by this module."""
    seams.replace(cloudwatch, "_evaluate_alarm", evaluate)


def evaluate(alarm: dict[str, Any]) -> None:
    """Sets the alarm's state, and does its actions when that changes."""
    breaching = COMPARISONS.get(alarm["ComparisonOperator"])
    if breaching is None:
        return
    values = _values(alarm)
    breached = [None if v is None else breaching(v, alarm["Threshold"]) for v in values]
    state = _state(alarm, breached)
    if state is not None and state != alarm["StateValue"]:
        latest = next((value for value in values if value is not None), None)
        _change(alarm, state, f"Threshold Crossed: {latest} is the latest value")


def _values(alarm: dict[str, Any]) -> list[float | None]:
    """The statistic of each evaluation period, the latest first; None for one without data."""
    dimensions = cloudwatch._dims_key(cloudwatch._dims_from_list(alarm["Dimensions"]))
    key = (alarm["Namespace"], alarm["MetricName"], dimensions)
    points = cloudwatch._metrics.get(key) or []
    period, now = alarm["Period"], time.time()
    return [
        _statistic(alarm, [p for p in points if end - period < p["Timestamp"] <= end])
        for end in (now - n * period for n in range(alarm["EvaluationPeriods"]))
    ]


def _statistic(alarm: dict[str, Any], points: list[dict[str, Any]]) -> float | None:
    if not points:
        return None
    name = alarm.get("ExtendedStatistic") or alarm["Statistic"]
    value: float | None = cloudwatch._stat_value(cloudwatch._calc_stats(points), name, points)
    return value


def _state(alarm: dict[str, Any], breached: list[bool | None]) -> str | None:
    """ALARM, OK or INSUFFICIENT_DATA; None when the state stays as it is."""
    missing = alarm["TreatMissingData"]
    if all(period is None for period in breached):
        if missing == "ignore":
            return None
        if missing == "missing":
            return "INSUFFICIENT_DATA"
    counted = [missing == "breaching" if period is None else period for period in breached]
    needed = alarm.get("DatapointsToAlarm") or alarm["EvaluationPeriods"]
    return "ALARM" if sum(counted) >= needed else "OK"


def _change(alarm: dict[str, Any], state: str, reason: str) -> None:
    before = alarm["StateValue"]
    alarm.update(StateValue=state, StateReason=reason, StateUpdatedTimestamp=int(time.time()))
    cloudwatch._record_history(alarm["AlarmName"], before, state, reason)
    cloudwatch._dispatch_alarm_actions(alarm, before, state, reason)
    cloudwatch._evaluate_parent_alarms(alarm)
