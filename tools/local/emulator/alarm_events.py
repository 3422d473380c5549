"""An alarm that changes its state puts an event on the default bus of its account.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html

ministack 1.5.33 tells only the topics of an alarm's actions. This can go when it puts events.
"""

import json
from datetime import UTC, datetime
from typing import Any

from ministack.services import cloudwatch

from local.emulator import put_events, scopes, seams

SOURCE, DETAIL_TYPE = "aws.cloudwatch", "CloudWatch Alarm State Change"


def install() -> None:
    """Puts an event beside the actions of each change."""
    act = seams.original(cloudwatch, "_dispatch_alarm_actions")

    def changed(alarm: dict[str, Any], before: str, state: str, reason: str) -> None:
        act(alarm, before, state, reason)
        if before != state:
            _put(alarm, before, state, reason)

    seams.replace(cloudwatch, "_dispatch_alarm_actions", changed)


def _put(alarm: dict[str, Any], before: str, state: str, reason: str) -> None:
    name, at = alarm["AlarmName"], f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.000+0000}"
    detail = {
        "alarmName": name,
        "configuration": {"description": alarm.get("AlarmDescription", "")},
        "previousState": {"value": before},
        "state": {"value": state, "reason": reason, "timestamp": at},
    }
    arn = f"arn:aws:cloudwatch:{scopes.region()}:{scopes.account()}:alarm:{name}"
    entry = {
        "Source": SOURCE,
        "DetailType": DETAIL_TYPE,
        "Detail": json.dumps(detail),
        "Resources": [arn],
    }
    put_events.put_events({"Entries": [entry]}, allow_aws_source=True)
