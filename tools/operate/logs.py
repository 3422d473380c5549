"""Searches the logs of all accounts for texts: event logs of buses, and logs of functions.

By CloudWatch Logs Insights, one query for up to 50 log groups of an account and region.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
"""

import math
import re
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from operate.errors import OperateError
from operate.polling import poll
from operate.system import System
from routes.network.model import Place
from routes.reading.assembly import Resource

GROUPS_OF_A_QUERY = 50
MOST_LINES = 10_000
POLL_S = 0.3
WITHIN_S = 120
UNDER_WAY = ("Scheduled", "Running")


@dataclass(frozen=True, eq=False)
class Log:
    """A log group, and whose it is: a bus, a function, or the resource itself."""

    name: str
    owner: Place
    account: str
    region: str


@dataclass(frozen=True)
class Line:
    """A line of a log; `at` is in seconds since 1970."""

    at: float
    log: Log
    text: str


def logs_of(system: System) -> list[Log]:
    """Every log group of the assembly, and those that its functions write to."""
    found: dict[tuple[str, str, str], Log] = {}
    for place, name, owner in _named(system):
        stack = place.resource.stack if place.resource else None
        account, region = system.home(stack) if stack else (place.account, place.region)
        found.setdefault((account, region, name), Log(name, owner, account, region))
    return list(found.values())


def search(system: System, logs: Iterable[Log], texts: Iterable[str], since: float) -> list[Line]:
    """The lines since a time that hold one of the texts, in order of time.

    Raises OperateError when a query fails, or when there are more lines than one gives.
    """
    pattern = "|".join(re.escape(text).replace("/", r"\/") for text in texts)
    query = (
        f"fields @timestamp, @message, @log | filter @message like /{pattern}/ "
        f"| sort @timestamp asc | limit {MOST_LINES}"
    )
    by_home: dict[tuple[str, str], list[Log]] = defaultdict(list)
    for log in logs:
        by_home[log.account, log.region].append(log)
    lines: list[Line] = []
    for home, there in by_home.items():
        client = system.accounts.client("logs", *home)
        present = _present(client, there)
        for start in range(0, len(present), GROUPS_OF_A_QUERY):
            lines += _run(client, query, present[start : start + GROUPS_OF_A_QUERY], since)
    return sorted(lines, key=lambda line: line.at)


def _named(system: System) -> Iterator[tuple[Place, str, Place]]:
    """Place, name of the log group, owner; the most telling owner of a group comes first."""
    for hop in system.routes.hops:
        if hop.kind == "rule" and hop.target.kind == "log group":
            yield hop.target, system.name(hop.target), hop.source
    for function in system.places("function"):
        assert function.resource is not None
        yield function, _log_group(system, function.resource), function
    for group in system.places("log group"):
        yield group, system.name(group), group


def _log_group(system: System, function: Resource) -> str:
    """The log group that a function writes to: the one it names, or the one after its name."""
    properties = function.definition.get("Properties", {})
    given = properties.get("LoggingConfig", {}).get("LogGroup")
    if isinstance(given, dict) and given.get("Ref") in function.stack.resources:
        return system.physical(function.stack.resources[given["Ref"]])
    named = function.get("LoggingConfig", "LogGroup")
    return str(named or f"/aws/lambda/{system.physical(function)}")


def _present(client: Any, logs: list[Log]) -> list[Log]:
    """Those that are there: a function that never ran has not made the group after its name."""
    there = set()
    for log in logs:
        found = client.describe_log_groups(logGroupNamePrefix=log.name, limit=50)["logGroups"]
        there |= {group["logGroupName"] for group in found}
    return [log for log in logs if log.name in there]


def _run(client: Any, query: str, logs: list[Log], since: float) -> Iterator[Line]:
    by_name = {log.name: log for log in logs}
    started = client.start_query(
        logGroupNames=sorted(by_name),
        startTime=int(since),
        endTime=math.ceil(time.time()) + 1,
        queryString=query,
    )
    answer = poll(
        lambda: client.get_query_results(queryId=started["queryId"]),
        lambda answer: answer["status"] not in UNDER_WAY,
        every_s=POLL_S,
        within_s=WITHIN_S,
    )
    if answer["status"] in UNDER_WAY:
        raise OperateError(f"a query of the logs is not done after {WITHIN_S} s: {query}")
    if answer["status"] != "Complete":
        raise OperateError(f"a query of the logs ended as {answer['status']}: {query}")
    if len(answer["results"]) >= MOST_LINES:
        raise OperateError(f"more than {MOST_LINES} lines: choose a shorter time with --since")
    for row in answer["results"]:
        fields = {cell["field"]: cell["value"] for cell in row}
        at = datetime.fromisoformat(fields["@timestamp"]).replace(tzinfo=UTC).timestamp()
        # AWS puts the account before the name: 077777777777:/aws/events/bus
        name = re.sub(r"^\d{12}:", "", fields["@log"])
        yield Line(at, by_name[name], fields["@message"].strip())
