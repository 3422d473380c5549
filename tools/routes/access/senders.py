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
    "bucket": ("s3:PutObject",),
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
_ROLE_PROPERTIES: dict[str, tuple[str, ...]] = {
    "AWS::ApiGateway::Method": ("Integration", "Credentials"),
    "AWS::ApiGatewayV2::Integration": ("CredentialsArn",),
    "AWS::AppSync::DataSource": ("ServiceRoleArn",),
    "AWS::Batch::JobDefinition": ("ContainerProperties", "JobRoleArn"),
    "AWS::ECS::TaskDefinition": ("TaskRoleArn",),
    "AWS::Lambda::Function": ("Role",),
    "AWS::StepFunctions::StateMachine": ("RoleArn",),
}
"""Per type of resource that sends by its role's leave, the property that names the role."""


@dataclass(frozen=True, eq=False)
class Sender:
    """Code, or an API without any, that may write to a place, and the role that lets it."""

    source: Place
    target: Place
    role: str


def read_receivers(assembly: Assembly, places: Places, access: Access) -> Iterator[Sender]:
    """Yields each reader with each queue or table's stream (the source) its role names to read.

    A grant on a table itself is no grant on its stream, though it may name the same actions.
    """
    by_kind: dict[str, list[Place]] = {}
    for reader in assembly.resources(*_ROLE_PROPERTIES):
        role = str(reader.get(*_ROLE_PROPERTIES[reader.type]))
        for statement in access.roles.granted(role):
            for source in _targets(statement, places, by_kind, _READING):
                named = [str(arn) for arn in as_list(statement.get("Resource"))]
                if source.kind != "table" or any("/stream/" in arn for arn in named):
                    yield Sender(source, places.at(reader.arn), role)


def read_senders(assembly: Assembly, places: Places, access: Access) -> Iterator[Sender]:
    """Yields each function, state machine, task or API with each place its role lets it send to."""
    by_kind: dict[str, list[Place]] = {}
    for place in places:
        by_kind.setdefault(place.kind, []).append(place)
    destinations = _destinations(assembly, places)
    for resource in assembly.resources(*_ROLE_PROPERTIES):
        role = str(resource.get(*_ROLE_PROPERTIES[resource.type]))
        source = _place_of(resource, places)
        own = destinations.get(source.arn, set())
        seen: set[str] = set()
        for statement in access.roles.granted(role):
            for target in _targets(statement, places, by_kind, _WRITING):
                if target.arn not in seen | own | {source.arn}:
                    seen.add(target.arn)
                    yield Sender(source, target, role)


def _place_of(resource: Resource, places: Places) -> Place:
    """Where a sender stands: an integration in its API."""
    api = resource.get("RestApiId") or resource.get("ApiId")
    if resource.type.startswith("AWS::ApiGateway") and api:
        home = resource.stack.home
        return places.at(f"arn:{home.partition}:execute-api:{home.region}:{home.account}:{api}")
    return places.at(resource.arn)


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
