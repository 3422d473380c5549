"""Rules for what CloudWatch tells of alarms, against the alarms that there are."""

import difflib
from collections.abc import Iterator
from typing import Any

from routes.checks.base import Code, Context, Finding, finding
from routes.filters.matching import any_matches, flatten
from routes.network.model import Hop, Place

NO_SUCH_ALARM = Code(
    "J813",
    "note",
    "A rule for changes of alarms that no alarm of the app has",
    "CloudWatch puts an event on the default bus when an alarm changes its state; of none of the "
    "app's alarms there would it meet the pattern.",
    "Match the source aws.cloudwatch, the detail-type CloudWatch Alarm State Change, and the names "
    "of the alarms.",
    house=True,
)

CODES = [NO_SUCH_ALARM]

_SOURCE, _CHANGE = "aws.cloudwatch", "CloudWatch Alarm State Change"


def check(context: Context) -> Iterator[Finding]:
    """Yields the findings about rules for changes of alarms."""
    alarms = [place for place in context.routes.places if place.kind == "alarm" and place.resource]
    for hop in context.routes.hops:
        if hop.kind != "rule" or hop.source.name != "default" or not _is_of_alarms(hop):
            continue
        there = [alarm for alarm in alarms if _home(alarm) == _home(hop.source)]
        if there and not any(_takes(hop, alarm) for alarm in there):
            yield finding(
                NO_SUCH_ALARM, hop.resource, f"none of {len(there)} alarms there meets it"
            )


def _is_of_alarms(hop: Hop) -> bool:
    """Whether a rule asks for CloudWatch's events, or for what is one letter beside them."""
    sources = [
        value
        for one in hop.filters
        if not one.error
        for alternative in one.alternatives
        for value in alternative.get("source", [])
        if isinstance(value, str)
    ]
    return bool(difflib.get_close_matches(_SOURCE, sources, n=1, cutoff=0.9))


def _takes(hop: Hop, alarm: Place) -> bool:
    change = flatten(_change_of(alarm))
    return all(any_matches(one.alternatives, change) for one in hop.filters)


def _change_of(alarm: Place) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html"""
    return {
        "source": _SOURCE,
        "detail-type": _CHANGE,
        "account": alarm.account,
        "region": alarm.region,
        "resources": [alarm.arn],
        "detail": {
            "alarmName": alarm.arn.rsplit(":", 1)[-1],
            "state": {"value": "ALARM"},
            "previousState": {"value": "OK"},
        },
    }


def _home(place: Place) -> tuple[str, str]:
    return place.account, place.region
