"""What the templates cost a month, whether a request comes or not."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cost.bill import Quantity

POLLERS = 5
POLLS_A_MONTH = POLLERS * 3 * 60 * 24 * 30
"""Empty receives of an idle queue: Lambda's pollers wait 20 seconds each. How many there are, AWS
does not promise."""

HOURS_A_MONTH = 730
KEPT_FOR_NOTHING_H = 24
"""For how many hours a stream keeps its records at no price of their own."""

TABLES = ("AWS::DynamoDB::GlobalTable", "AWS::DynamoDB::Table")


def monthly(assembly: Path) -> list[Quantity]:
    """What the templates of a cloud assembly need a month, all stacks together."""
    found: Counter[str] = Counter()
    for kind, properties in _resources(assembly):
        if kind == "AWS::CloudWatch::Alarm":
            queries = properties.get("Metrics") or [{"MetricStat": {}}]
            found["alarm-month"] += sum("MetricStat" in query for query in queries)
        elif kind == "AWS::CloudWatch::Dashboard":
            found["dashboard-month"] += 1
        elif kind == "AWS::Kinesis::Stream":
            shard_hours = int(properties.get("ShardCount") or 0) * HOURS_A_MONTH
            found["kinesis-shard-hour"] += shard_hours
            if (
                int(properties.get("RetentionPeriodHours") or KEPT_FOR_NOTHING_H)
                > KEPT_FOR_NOTHING_H
            ):
                found["kinesis-kept-shard-hour"] += shard_hours
        elif kind == "AWS::KMS::Key":
            found["key-month"] += 1
        elif kind == "AWS::Lambda::EventSourceMapping" and "Queue" in json.dumps(
            properties.get("EventSourceArn")
        ):
            found["sqs-request"] += POLLS_A_MONTH
    names = {"sqs-request": "empty receives of queues with a function"}
    return [Quantity(names.get(unit, unit), unit, float(n)) for unit, n in sorted(found.items())]


def indexes(assembly: Path) -> list[str]:
    """The indexes of the templates' tables: the counts of calls do not see what these are written.

    A workload says how often its requests write to each.
    """
    return sorted(
        index["IndexName"]
        for kind, properties in _resources(assembly)
        if kind in TABLES
        for index in properties.get("GlobalSecondaryIndexes", ())
    )


def _resources(assembly: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for file in sorted(assembly.glob("*.template.json")):
        for resource in json.loads(file.read_text(encoding="utf-8"))["Resources"].values():
            yield resource["Type"], resource.get("Properties", {})
