"""Settings of mappings and pipes against the queue, stream or table that they read, and against
what they bring it to."""

from collections.abc import Iterator
from typing import Any

from routes.access.decisions import is_synchronous
from routes.checks.base import Code, Context, Finding, finding, number_of
from routes.checks.brokers import refused_of_broker, refused_of_cluster
from routes.checks.records import stream_view
from routes.network.model import Hop, Place

NO_STREAM = Code(
    "M101",
    "error",
    "A reader of a table's stream, and the table has none",
    "CloudFormation fails on the stream's ARN, or nothing is ever read.",
    "Give the table a StreamSpecification.",
)
NOT_FOR_SOURCE = Code(
    "M102",
    "error",
    "A setting of a reader that its source or its target does not take",
    "CloudFormation fails on it in the middle of a deployment, or nothing is delivered.",
    "Correct the setting as the message says.",
)
BEGINS_LATE = Code(
    "M107",
    "note",
    "A reader that begins at the latest record",
    "What is written while the reader is made or changed may be passed over.",
    "Set StartingPosition to TRIM_HORIZON, or to AT_TIMESTAMP where the source takes it.",
    house=True,
)

CODES = [NO_STREAM, NOT_FOR_SOURCE, BEGINS_LATE]

_STREAM_ONLY = (
    "BisectBatchOnFunctionError",
    "MaximumRecordAgeInSeconds",
    "MaximumRetryAttempts",
    "ParallelizationFactor",
    "StartingPosition",
    "TumblingWindowInSeconds",
)
_MOST_FILTERS = 10
_PARAMETERS = {
    "queue": "SqsQueueParameters",
    "stream": "KinesisStreamParameters",
    "table": "DynamoDBStreamParameters",
}
# The largest batch that a pipe's target takes; what is none of these and works on no batch takes 1.
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html
_MOST_IN_A_BATCH = {
    "API": 1,
    "API destination": 1,
    "ECS cluster": 1,
    "bus": 10,
    "delivery stream": 500,
    "queue": 10,
    "stream": 500,
    "topic": 10,
}
# What a pipe must be told for a target of a kind: the parameters, and which of them.
_NEEDED = {
    "ECS cluster": ("EcsTaskParameters", "TaskDefinitionArn"),
    "stream": ("KinesisStreamParameters", "PartitionKey"),
}


def check(context: Context) -> Iterator[Finding]:
    """Yields the findings about readers, what they read and what they bring it to."""
    for hop in context.routes.hops:
        if not hop.polls:
            continue
        table = hop.source.resource if hop.source.kind == "table" else None
        if table and not stream_view(table):
            yield finding(NO_STREAM, hop.resource, f"{hop.source.label} has no stream")
        for problem in _refused(hop):
            yield finding(NOT_FOR_SOURCE, hop.resource, problem)
        if hop.kind == "pipe":
            for problem in _refused_by_pipe(context, hop):
                yield finding(NOT_FOR_SOURCE, hop.resource, problem)
        if hop.polling.get("StartingPosition") == "LATEST":
            yield finding(BEGINS_LATE, hop.resource, "StartingPosition is LATEST")


def _refused(hop: Hop) -> Iterator[str]:
    kind = hop.source.kind
    if kind == "queue":
        yield from _refused_of_queue(hop)
    elif kind in ("stream", "table"):
        yield from _refused_of_stream(hop)
    elif kind == "broker":
        yield from refused_of_broker(hop)
    elif kind == "cluster":
        yield from refused_of_cluster(hop)
    for one in hop.filters:
        if len(one.patterns) > _MOST_FILTERS:
            yield f"it has {len(one.patterns)} filters, AWS takes {_MOST_FILTERS}"


def _refused_of_queue(hop: Hop) -> Iterator[str]:
    settings = hop.polling
    batch = number_of(settings.get("BatchSize", 10))
    window = number_of(settings.get("MaximumBatchingWindowInSeconds", 0))
    yield from (
        f"{key} is for streams, {hop.source.label} is a queue"
        for key in _STREAM_ONLY
        if settings.get(key) is not None
    )
    if hop.source.is_fifo and batch is not None and batch > 10:
        yield f"BatchSize is {batch:g}, of a FIFO queue 10 at most"
    elif batch is not None and batch > 10 and not window:
        yield f"BatchSize {batch:g} needs MaximumBatchingWindowInSeconds of at least 1"
    if hop.source.is_fifo and window:
        yield "MaximumBatchingWindowInSeconds is not for FIFO queues"
    if settings.get("DestinationConfig"):
        yield f"DestinationConfig is for streams, {hop.source.label} is a queue"


def _refused_of_stream(hop: Hop) -> Iterator[str]:
    settings, kind = hop.polling, hop.source.kind
    start, time = settings.get("StartingPosition"), settings.get("StartingPositionTimestamp")
    if not start:
        yield "StartingPosition is not set: a stream is read from LATEST or TRIM_HORIZON"
    if kind == "table" and start == "AT_TIMESTAMP":
        yield "StartingPosition AT_TIMESTAMP is not for tables"
    elif start == "AT_TIMESTAMP" and time is None:
        yield "StartingPosition AT_TIMESTAMP needs a StartingPositionTimestamp"
    if time is not None and start in ("LATEST", "TRIM_HORIZON"):
        yield f"StartingPositionTimestamp is for AT_TIMESTAMP, StartingPosition is {start}"
    age = number_of(settings.get("MaximumRecordAgeInSeconds", -1))
    if age is not None and -1 < age < 60:
        yield f"MaximumRecordAgeInSeconds is {age:g}, it is -1 or 60 and more"
    if settings.get("ScalingConfig"):
        yield "ScalingConfig is for queues"


def _refused_by_pipe(context: Context, pipe: Hop) -> Iterator[str]:
    given = pipe.settings.get("SourceParameters") or {}
    own = _PARAMETERS.get(pipe.source.kind)
    for key in given if own else ():
        if key in _PARAMETERS.values() and key != own:
            yield f"{key} are not for {pipe.source.label}: it is read by {own}"
    enrichment = _enrichment(context, pipe)
    if is_synchronous(pipe) and _is_standard(pipe.target):
        yield (
            f"{pipe.target.label} is a STANDARD workflow, which a pipe can only start: "
            "InvocationType must be FIRE_AND_FORGET"
        )
    if enrichment is not None and _is_standard(enrichment):
        yield f"the enrichment {enrichment.label} is a STANDARD workflow, it must be EXPRESS"
    batch = number_of(pipe.polling.get("BatchSize"))
    for place, most in (
        (pipe.target, _MOST_IN_A_BATCH.get(pipe.target.kind)),
        (enrichment, 1 if enrichment and enrichment.kind.startswith("API") else None),
    ):
        if place is not None and most is not None and batch is not None and batch > most:
            yield f"BatchSize is {batch:g}, {place.label} takes {most} at once"
    parameters, name = _NEEDED.get(pipe.target.kind, ("", ""))
    if parameters and not (_of_target(pipe).get(parameters) or {}).get(name):
        yield f"TargetParameters.{parameters}.{name} is not set, which {pipe.target.label} needs"


def _enrichment(context: Context, pipe: Hop) -> Place | None:
    arn = pipe.settings.get("Enrichment")
    return context.routes.places.at(arn, pipe.resource.stack) if arn else None


def _of_target(pipe: Hop) -> dict[str, Any]:
    found: dict[str, Any] = pipe.settings.get("TargetParameters") or {}
    return found


def _is_standard(place: Place) -> bool:
    """Whether a place is a state machine whose executions nobody can wait for."""
    if place.kind != "state machine" or place.resource is None:
        return False
    return (place.resource.get("StateMachineType") or "STANDARD") == "STANDARD"
