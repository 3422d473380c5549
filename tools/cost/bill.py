"""From what was counted to what it costs: quantities of a unit a request, by hop."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cost.prices import Prices

MILLION = 1_000_000
GB = 10**9
PUT_UNIT_BYTES, FIREHOSE_STEP_BYTES = 25 * 1024, 5 * 1024
"""Kinesis bills a record by units of so many bytes, Firehose its size rounded up to so many."""

PLATFORM_LOG_BYTES = 400
"""What Lambda itself logs of an invocation: its START, END and REPORT lines."""

Counts = Iterable[Mapping[str, Any]]


@dataclass(frozen=True)
class Quantity:
    """How much of a unit one request needs at a hop."""

    hop: str
    unit: str
    amount: float


@dataclass(frozen=True)
class Line:
    """One line of a bill: USD for a million requests."""

    service: str
    hop: str
    unit: str
    per_request: float
    usd: float
    verified: bool


def difference(before: Counts, after: Counts) -> list[dict[str, Any]]:
    """What was counted between two looks, lines without anything left out."""
    earlier = {_key(line): line for line in before}
    found = []
    for line in after:
        old = earlier.get(_key(line), {})
        grown = {
            name: value - old.get(name, 0)
            for name, value in line.items()
            if not isinstance(value, str)
        }
        if grown["times"]:
            found.append(
                {**dict(zip(("what", "account", "where"), _key(line), strict=True)), **grown}
            )
    return found


def quantities(
    counted: Counts,
    requests: int,
    name_of: Callable[[str, str], str],
    memory_mb: Callable[[str], float],
) -> list[Quantity]:
    """What one of the counted requests needs, on the assumptions of `ASSUMPTIONS`.

    `name_of(account, where)` is what a hop is called; `memory_mb(function)` its memory.
    """
    found: dict[tuple[str, str], float] = defaultdict(float)

    def add(hop: str, unit: str, amount: float) -> None:
        found[hop, unit] += amount / requests

    for line in counted:
        what, where = line["what"], str(line["where"])
        hop, times = name_of(line["account"], where), line["times"]
        queue = "sqs-fifo-request" if where.endswith(".fifo") else "sqs-request"
        if what.startswith("execute-api:"):
            add(f"{hop}: HTTP API", "api-request", times)
        elif what.startswith("lambda:Invoke"):
            add(hop, "lambda-request", max(times, line["records"]))
            add(hop, "lambda-gb-second", line["seconds"] * memory_mb(where) / 1024)
            add(hop, "logs-gb", PLATFORM_LOG_BYTES * max(times, line["records"]) / GB)
            if what.endswith("aws:sqs"):
                # One receive and one delete a message.
                add(hop, "sqs-request", 2 * (line["records"] - line["fifo"]))
                add(hop, "sqs-fifo-request", 2 * line["fifo"])
        elif what == "logs:Lambda":
            add(hop, "logs-gb", line["bytes"] / GB)
        elif what == "events:PutEvents":
            add(f"{hop}: bus", "event", line["entries"])
            add(f"{hop}: bus", "archive-gb", line["bytes"] / GB)
        elif what == "events:Deliver logs":
            add(f"{hop}: audit log", "logs-gb", line["bytes"] / GB)
        elif what == "events:Deliver kinesis":
            add(hop, "kinesis-put-unit", times * _steps(line, PUT_UNIT_BYTES))
        elif what == "events:Deliver firehose":
            rounded = times * _steps(line, FIREHOSE_STEP_BYTES) * FIREHOSE_STEP_BYTES
            add(hop, "firehose-gb", rounded / GB)
        elif what.startswith("events:Deliver") and line["abroad"]:
            add(hop, "event-abroad", line["abroad"])
        elif what in ("events:Deliver sqs", "sns:Deliver sqs"):
            add(hop, queue, times)
        elif what == "events:Deliver sns" or what.startswith("sns:Publish"):
            add(hop, "sns-publish", times)
        elif what.startswith("sqs:SendMessage"):
            add(hop, queue, times)
        elif what == "s3:PUT":
            add(f"{hop}: bucket", "s3-put", times)
        elif what.startswith("dynamodb:"):
            add(f"{hop}: table", "dynamodb-write", line.get("write_units", 0))
            add(f"{hop}: table", "dynamodb-read", line.get("read_units", 0))
    return [Quantity(hop, unit, amount) for (hop, unit), amount in sorted(found.items()) if amount]


def _steps(line: Mapping[str, Any], step: int) -> int:
    """How many steps of so many bytes a record of a line's mean size takes."""
    mean: float = line["bytes"] / line["times"]
    return math.ceil(mean / step)


def bill(quantities: Iterable[Quantity], prices: Prices) -> list[Line]:
    """A line for each quantity, the dearest first. PriceError for a unit without a price."""
    lines = []
    for each in quantities:
        price = prices.of(each.unit)
        usd = each.amount * price.usd * MILLION
        lines.append(Line(price.service, each.hop, each.unit, each.amount, usd, price.verified))
    return sorted(lines, key=lambda line: -line.usd)


ASSUMPTIONS = (
    "Custom metrics are those that alarms watch and those that functions wrote while requests were "
    "counted, each as if it had data in every hour.",
    "Functions get their messages one by one, as when a million requests spread over a month: "
    "batches, which a burst brings, make Lambda's requests and SQS's receives and deletes up to "
    "ten times fewer.",
    "Lambda's time is wall time on the machine of the local run: it doubles when something else "
    "runs there, and Lambda's machines are others. Take its lines as an order of magnitude, and "
    "compare designs without them first.",
    f"Lambda logs {PLATFORM_LOG_BYTES} bytes of an invocation besides what its function logs.",
    "DynamoDB's units are computed from the sizes of the items that were written and read; an "
    "update counts as what its request holds.",
    "No free tier, no tax, no retries, no dead letters; not counted are traces, requests to KMS, "
    "storage, transfer, what SNS bills for filtering by body, the files that Firehose writes (one "
    "for each time that it gathers lines for), and questions in Athena's SQL, billed by the bytes "
    "that they read: the list has no price of them, nor of Glue's catalog.",
)


def _key(line: Mapping[str, Any]) -> tuple[str, str, str]:
    return line["what"], line["account"], line["where"]
