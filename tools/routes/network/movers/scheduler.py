"""EventBridge Scheduler: what schedules send, by a target's own parameters or by any API action."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from routes.network.model import Hop, Place
from routes.network.movers.base import Reader, dead_letter_of, event_of, named_arn
from routes.network.places import Places
from routes.reading.assembly import Resource
from routes.reading.shapes import an_object, objects, optional_text, parsed

SCHEDULER = "scheduler.amazonaws.com"
UNIVERSAL = re.compile(r":scheduler:::aws-sdk:(?P<service>[^:]+):(?P<action>[^:]+)$")
_PARAMETERS = ("EcsParameters", "EventBridgeParameters", "SqsParameters")


class Action(NamedTuple):
    """An API action that sends: what IAM calls it, and its parameters for place and message.

    `tail` is how an ARN ends that has the parameter as a name, empty where it is no name.
    """

    permission: str
    places: tuple[str, ...]
    message: str = ""
    service: str = ""
    tail: str = ""


ACTIONS: dict[str, Action] = {
    "eventbridge:putEvents": Action("events:PutEvents", ("EventBusName",)),
    "firehose:putRecord": Action(
        "firehose:PutRecord", ("DeliveryStreamName",), "", "firehose", "deliverystream/"
    ),
    "kinesis:putRecord": Action(
        "kinesis:PutRecord", ("StreamArn", "StreamName"), "Data", "kinesis", "stream/"
    ),
    "kinesis:putRecords": Action(
        "kinesis:PutRecords", ("StreamArn", "StreamName"), "", "kinesis", "stream/"
    ),
    "lambda:invoke": Action(
        "lambda:InvokeFunction", ("FunctionName",), "Payload", "lambda", "function:"
    ),
    "sfn:startExecution": Action("states:StartExecution", ("StateMachineArn",), "Input"),
    "sfn:startSyncExecution": Action("states:StartSyncExecution", ("StateMachineArn",), "Input"),
    "sns:publish": Action("sns:Publish", ("TopicArn", "TargetArn"), "Message"),
    "sqs:sendMessage": Action("sqs:SendMessage", ("QueueUrl",), "MessageBody"),
    "sqs:sendMessageBatch": Action("sqs:SendMessage", ("QueueUrl",)),
}
"""The actions of universal targets that carry a message on, as an AWS SDK spells them."""


def _schedule(schedule: Resource, places: Places) -> Iterator[Hop]:
    """The target gets the input of the schedule, in the schedule's role."""
    target = an_object("Target", schedule.get("Target"))
    for key in _PARAMETERS:
        an_object(key, target.get(key))
    universal = UNIVERSAL.search(str(target.get("Arn")))
    if universal:
        yield from _universal(schedule, target, universal, places)
        return
    place = places.at(target.get("Arn"), schedule.stack)
    given, message = target.get("EventBridgeParameters") or {}, parsed(target.get("Input"))
    if place.kind == "bus":
        message = event_of(given.get("Source"), given.get("DetailType"), message)
    yield _hop(schedule, target, place, places, message)


def _universal(
    schedule: Resource, target: dict[str, Any], named: re.Match[str], places: Places
) -> Iterator[Hop]:
    name = f"{named['service']}:{named['action']}"
    action = ACTIONS.get(name)
    given = parsed(target.get("Input"))
    given = given if isinstance(given, dict) else {}
    if name == "eventbridge:putEvents":
        for entry in objects("Entries", given.get("Entries")):
            detail = parsed(entry.get("Detail"))
            event = event_of(entry.get("Source"), entry.get("DetailType"), detail)
            bus = places.bus(entry.get("EventBusName"), schedule.stack)
            yield _hop(schedule, target, bus, places, event, action)
        if given.get("Entries"):
            return
    place = _named(schedule, action, given, places) if action else None
    if action is None or place is None:
        yield _hop(schedule, target, places.at(target.get("Arn")), places, None)
        return
    settings = {**target, "SqsParameters": given} if place.kind == "queue" else target
    message = parsed(given.get(action.message)) if action.message else None
    yield _hop(schedule, settings, place, places, message, action)


def _named(
    schedule: Resource, action: Action, given: dict[str, Any], places: Places
) -> Place | None:
    """The place that the request's parameters name; None where they name none."""
    value = next((given[key] for key in action.places if given.get(key)), None)
    if value is None:
        return None
    text = str(value)
    if action.tail and not text.startswith("arn:"):
        text = named_arn(schedule, action.service, f"{action.tail}{text}")
    return places.at(text, schedule.stack)


def _hop(
    schedule: Resource,
    settings: dict[str, Any],
    place: Place,
    places: Places,
    message: Any,
    action: Action | None = None,
) -> Hop:
    return Hop(
        "schedule",
        places.at(schedule.arn),
        place,
        schedule,
        enabled=schedule.get("State") != "DISABLED",
        role=optional_text("RoleArn", settings.get("RoleArn")),
        dead_letter=dead_letter_of(settings),
        settings=settings,
        service=SCHEDULER,
        needs_role=True,
        action=action.permission if action else None,
        sends=message,
        sends_all=message is not None,
    )


READERS: dict[str, Reader] = {"AWS::Scheduler::Schedule": _schedule}
