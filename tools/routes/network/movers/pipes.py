"""EventBridge Pipes."""

from collections.abc import Iterator

from routes.network.model import Hop
from routes.network.movers.base import Reader, criteria, dead_letter_of
from routes.network.places import Places
from routes.reading.assembly import Resource
from routes.reading.shapes import an_object, optional_text

PIPES = "pipes.amazonaws.com"
SOURCES = {
    "queue": "SqsQueueParameters",
    "stream": "KinesisStreamParameters",
    "table": "DynamoDBStreamParameters",
}
"""Per kind of source, the parameters that say how a pipe reads it."""


def _pipe(pipe: Resource, places: Places) -> Iterator[Hop]:
    """The target gets what the source holds and the filter lets through."""
    source = an_object("SourceParameters", pipe.get("SourceParameters"))
    letters = [dead_letter_of(an_object(key, source.get(key))) for key in SOURCES.values()]
    parameters = an_object("TargetParameters", pipe.get("TargetParameters"))
    for key in ("EcsTaskParameters", "StepFunctionStateMachineParameters", "SqsQueueParameters"):
        an_object(key, parameters.get(key))
    yield Hop(
        "pipe",
        places.at(pipe.get("Source"), pipe.stack),
        places.at(pipe.get("Target"), pipe.stack),
        pipe,
        criteria(source.get("FilterCriteria")),
        enabled=pipe.get("DesiredState") != "STOPPED",
        role=optional_text("RoleArn", pipe.get("RoleArn")),
        dead_letter=next(filter(None, letters), None),
        settings=pipe.properties,
        service=PIPES,
        needs_role=True,
    )


READERS: dict[str, Reader] = {"AWS::Pipes::Pipe": _pipe}
