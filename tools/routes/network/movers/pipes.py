"""EventBridge Pipes."""

from collections.abc import Iterator
from typing import Any

from routes.network.model import Hop, Place
from routes.network.movers.base import Reader, criteria, dead_letter_of, event_of
from routes.network.places import Places
from routes.reading.assembly import Resource
from routes.reading.shapes import an_object, optional_text

PIPES = "pipes.amazonaws.com"
# Per kind of source, the parameters that say how a pipe reads it, and how events from it are named.
_SOURCES = {
    "queue": ("SqsQueueParameters", "sqs"),
    "stream": ("KinesisStreamParameters", "kinesis"),
    "table": ("DynamoDBStreamParameters", "dynamodb"),
}
_TARGETS = (
    "EcsTaskParameters",
    "EventBridgeEventBusParameters",
    "KinesisStreamParameters",
    "LambdaFunctionParameters",
    "SqsQueueParameters",
    "StepFunctionStateMachineParameters",
)


def _pipe(pipe: Resource, places: Places) -> Iterator[Hop]:
    """The target gets what the source holds and the filter lets through."""
    parameters = an_object("SourceParameters", pipe.get("SourceParameters"))
    source = places.at(pipe.get("Source"), pipe.stack)
    target = places.at(pipe.get("Target"), pipe.stack)
    of_target = an_object("TargetParameters", pipe.get("TargetParameters"))
    for key in _TARGETS:
        an_object(key, of_target.get(key))
    keys = [_SOURCES[source.kind][0]] if source.kind in _SOURCES else list(parameters)
    read = [an_object(key, parameters.get(key)) for key in keys if key.endswith("Parameters")]
    polling = next(filter(None, read), {})
    yield Hop(
        "pipe",
        source,
        target,
        pipe,
        criteria(parameters.get("FilterCriteria")),
        enabled=pipe.get("DesiredState") != "STOPPED",
        role=optional_text("RoleArn", pipe.get("RoleArn")),
        dead_letter=dead_letter_of(polling),
        settings=pipe.properties,
        service=PIPES,
        needs_role=True,
        polling=polling,
        sends=_event(pipe, source, of_target) if target.kind == "bus" else None,
    )


def _event(pipe: Resource, source: Place, parameters: dict[str, Any]) -> dict[str, Any]:
    """What the templates hold of the event that a pipe puts on a bus."""
    given = parameters.get("EventBridgeEventBusParameters") or {}
    _, service = _SOURCES.get(source.kind, ("", ""))
    own = f"Event from aws:{service}" if service else None
    return event_of(
        given.get("Source") or f"Pipe {pipe.name}", given.get("DetailType") or own, None
    )


READERS: dict[str, Reader] = {"AWS::Pipes::Pipe": _pipe}
