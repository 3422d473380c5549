"""The alarms of every stack: those that ring, and whether that says something of now."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from business.deployed import Deployed

DEPTH = "ApproximateNumberOfMessagesVisible"


@dataclass(frozen=True)
class Ringing:
    """An alarm in the state ALARM. `excuse` says why it is none of now, and is empty if it is."""

    name: str
    account: str
    meaning: str
    reason: str
    excuse: str


def looked_at(deployed: Deployed, full: set[str]) -> tuple[int, list[Ringing]]:
    """How many alarms there are, and those that ring. `full` are the queues that hold something."""
    count, ringing = 0, []
    for account, alarm in _alarms(deployed):
        count += 1
        if alarm["StateValue"] == "ALARM":
            ringing.append(
                Ringing(
                    name=alarm["AlarmName"],
                    account=account,
                    meaning=alarm.get("AlarmDescription", ""),
                    reason=alarm.get("StateReason", ""),
                    excuse=_excuse(alarm, full),
                )
            )
    return count, ringing


def _alarms(deployed: Deployed) -> Iterator[tuple[str, dict[str, Any]]]:
    """Account and description of each alarm of the stacks, each stack's by its resources."""
    system = deployed.system
    for stack in system.stacks:
        made = [each for each in stack.resources.values() if each.type == "AWS::CloudWatch::Alarm"]
        if not made:
            continue
        account, _ = system.home(stack)
        names = {system.physical(each) for each in made}
        pages = system.client("cloudwatch", stack).get_paginator("describe_alarms").paginate()
        for page in pages:
            for alarm in page["MetricAlarms"]:
                if alarm["AlarmName"] in names:
                    yield account, alarm


def _excuse(alarm: dict[str, Any], full: set[str]) -> str:
    """A new alarm has no data yet; one of a queue's depth rings for minutes after it is empty."""
    window = timedelta(seconds=alarm.get("Period", 60) * alarm["EvaluationPeriods"])
    age = datetime.now(UTC) - alarm["AlarmConfigurationUpdatedTimestamp"]
    if alarm.get("TreatMissingData") == "breaching" and age < 2 * window:
        return f"is new: silence counts from {2 * window.total_seconds() / 60:.0f} minutes on"
    queues = [each["Value"] for each in alarm.get("Dimensions", []) if each["Name"] == "QueueName"]
    if alarm.get("MetricName") == DEPTH and queues and not full & set(queues):
        return f"rings for what was in {queues[0]}, which is empty now"
    return ""
