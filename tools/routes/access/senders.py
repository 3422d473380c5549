"""Reads what code may send: the places to which the roles of functions let them write."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from routes.access.evaluation import as_list, like
from routes.access.policies import Access
from routes.network.model import Place
from routes.network.places import Places
from routes.reading.assembly import Assembly, Resource

_WRITING = {
    "bus": ("events:PutEvents", "events:PutRawEvents"),
    "delivery stream": ("firehose:PutRecord", "firehose:PutRecordBatch"),
    "function": ("lambda:InvokeFunction",),
    "queue": ("sqs:SendMessage",),
    "state machine": ("states:StartExecution", "states:StartSyncExecution"),
    "stream": ("kinesis:PutRecord", "kinesis:PutRecords"),
    "table": (
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
        "dynamodb:BatchWriteItem",
        "dynamodb:DeleteItem",
    ),
    "topic": ("sns:Publish",),
}
_READING = {"queue": ("sqs:ReceiveMessage",), "table": ("dynamodb:GetRecords",)}
_ROLE_PROPERTIES = {
    "AWS::Lambda::Function": "Role",
    "AWS::StepFunctions::StateMachine": "RoleArn",
}


@dataclass(frozen=True, eq=False)
class Sender:
    """Code that may write to a place, and the role that lets it."""

    source: Place
    target: Place
    role: str


def read_receivers(assembly: Assembly, places: Places, access: Access) -> Iterator[Sender]:
    """Yields each function with each queue or stream (the source) its role names to read from."""
    by_kind: dict[str, list[Place]] = {}
    for function in assembly.resources("AWS::Lambda::Function"):
        role = str(function.get("Role"))
        for statement in access.roles.granted(role):
            for source in _targets(statement, places, by_kind, _READING):
                yield Sender(source, places.at(function.arn), role)


def read_senders(assembly: Assembly, places: Places, access: Access) -> Iterator[Sender]:
    """Yields each function or state machine with each place its role lets it send to."""
    by_kind: dict[str, list[Place]] = {}
    for place in places:
        by_kind.setdefault(place.kind, []).append(place)
    destinations = _destinations(assembly, places)
    for resource in assembly.resources(*_ROLE_PROPERTIES):
        role = str(resource.get(_ROLE_PROPERTIES[resource.type]))
        source = places.at(resource.arn)
        own = destinations.get(source.arn, set())
        seen: set[str] = set()
        for statement in access.roles.granted(role):
            for target in _targets(statement, places, by_kind, _WRITING):
                if target.arn not in seen | own | {source.arn}:
                    seen.add(target.arn)
                    yield Sender(source, target, role)


def _destinations(assembly: Assembly, places: Places) -> dict[str, set[str]]:
    """Per function, where Lambda itself (not its code) sends results, in the same role."""
    found: dict[str, set[str]] = {}

    def add(function: Any, place: Any, resource: Resource) -> None:
        if place:
            arn = places.function(function, resource.stack).arn
            found.setdefault(arn, set()).add(places.at(place, resource.stack).arn)

    for mapping in assembly.resources("AWS::Lambda::EventSourceMapping"):
        destination = mapping.get("DestinationConfig", "OnFailure", "Destination")
        add(mapping.get("FunctionName"), destination, mapping)
    for config in assembly.resources("AWS::Lambda::EventInvokeConfig"):
        for outcome in ("OnFailure", "OnSuccess"):
            destination = config.get("DestinationConfig", outcome, "Destination")
            add(config.get("FunctionName"), destination, config)
    for function in assembly.resources("AWS::Lambda::Function"):
        add(function.arn, function.get("DeadLetterConfig", "TargetArn"), function)
    return found


def _targets(
    statement: dict[str, Any],
    places: Places,
    by_kind: dict[str, list[Place]],
    actions_by_kind: Mapping[str, tuple[str, ...]],
) -> Iterator[Place]:
    if statement.get("Effect") != "Allow" or "NotAction" in statement:
        return
    actions = [str(action) for action in as_list(statement.get("Action"))]
    kinds = {
        kind
        for kind, writing in actions_by_kind.items()
        if any(like(action.lower(), each.lower()) for action in actions for each in writing)
    }
    for resource in map(str, as_list(statement.get("Resource"))) if kinds else ():
        if "*" in resource or "?" in resource:
            # `Resource: *` says nothing of where code sends; a narrower pattern does.
            if resource.strip("*"):
                for kind in sorted(kinds):
                    yield from (p for p in by_kind.get(kind, ()) if like(resource, p.arn))
        else:
            place = places.at(resource)
            if place.kind in kinds:
                yield place
