"""CloudWatch: whom alarms tell."""

from collections.abc import Iterator

from routes.network.model import Hop
from routes.network.movers.base import Reader
from routes.network.places import Places
from routes.reading.assembly import Resource
from routes.reading.shapes import objects, texts

CLOUDWATCH = "cloudwatch.amazonaws.com"
_ALARMS_OF_FUNCTIONS = "lambda.alarms.cloudwatch.amazonaws.com"
ACTIONS = ("AlarmActions", "OKActions", "InsufficientDataActions")


def _alarm(alarm: Resource, places: Places) -> Iterator[Hop]:
    """Topics and functions are told when the alarm rings."""
    objects("Dimensions", alarm.get("Dimensions"))
    told = [arn for key in ACTIONS for arn in texts(key, alarm.get(key))]
    for arn in dict.fromkeys(told):
        target = places.at(arn, alarm.stack)
        if target.kind not in ("topic", "function"):
            continue  # scaling, recovery of an instance: nothing that carries a message
        yield Hop(
            "alarm",
            places.at(alarm.arn),
            target,
            alarm,
            enabled=str(alarm.get("ActionsEnabled")).lower() != "false",
            settings=alarm.properties,
            service=CLOUDWATCH if target.kind == "topic" else _ALARMS_OF_FUNCTIONS,
            sender=alarm.arn,
        )


READERS: dict[str, Reader] = {
    "AWS::CloudWatch::Alarm": _alarm,
    "AWS::CloudWatch::CompositeAlarm": _alarm,
}
