"""Settings of mappings and pipes against the queue, stream or table that they read."""

from collections.abc import Iterator
from typing import Any

from routes.checks.base import Code, Context, Finding, finding, number_of, seconds
from routes.checks.records import stream_view
from routes.network.model import Hop
from routes.network.movers.pipes import SOURCES
from routes.reading.assembly import Resource
from routes.reading.shapes import an_object, parsed

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
    "A setting of a reader that its source does not take",
    "CloudFormation fails on it in the middle of a deployment.",
    "Correct the setting as the message says.",
)
EXPIRES = Code(
    "M104",
    "warning",
    "Messages expire before their retries are over",
    "A message that fails is gone before it becomes a dead letter.",
    "Keep messages longer than VisibilityTimeout times maxReceiveCount.",
)
ONE_TRY = Code(
    "M105",
    "note",
    "A message is a dead letter after its first failure",
    "One throttled invocation is enough; Lambda asks for at least five receives.",
    "Set maxReceiveCount to 5.",
    house=True,
)
NOT_RETRIED = Code(
    "M106",
    "note",
    "A delivery that is not retried",
    "A moment's throttling is enough: the event goes to the dead letters at once, or is gone.",
    "Take MaximumRetryAttempts 0 away, or set it to a few.",
    house=True,
)

CODES = [NO_STREAM, NOT_FOR_SOURCE, EXPIRES, ONE_TRY, NOT_RETRIED]

_STREAM_ONLY = (
    "BisectBatchOnFunctionError",
    "MaximumRecordAgeInSeconds",
    "MaximumRetryAttempts",
    "ParallelizationFactor",
    "StartingPosition",
    "TumblingWindowInSeconds",
)
_FOUR_DAYS = 345_600
_MOST_FILTERS = 10


def check(context: Context) -> Iterator[Finding]:
    """Yields the findings about readers and what they read."""
    for hop in context.routes.hops:
        retry = hop.settings.get("RetryPolicy")
        if isinstance(retry, dict) and number_of(retry.get("MaximumRetryAttempts")) == 0:
            yield finding(NOT_RETRIED, hop.resource, f"{hop.label} has MaximumRetryAttempts 0")
        if hop.kind not in ("event source mapping", "pipe"):
            continue
        if (
            hop.source.kind == "table"
            and hop.source.resource
            and not stream_view(hop.source.resource)
        ):
            yield finding(NO_STREAM, hop.resource, f"{hop.source.label} has no stream")
        if number_of(settings_of(hop).get("MaximumRetryAttempts")) == 0:
            yield finding(NOT_RETRIED, hop.resource, f"{hop.label} has MaximumRetryAttempts 0")
        for problem in _refused(hop):
            yield finding(NOT_FOR_SOURCE, hop.resource, problem)
    for queue in context.routes.assembly.resources("AWS::SQS::Queue"):
        yield from _retries(context, queue)


def settings_of(hop: Hop) -> dict[str, Any]:
    """Returns how a mapping or a pipe reads: the mapping's properties, or the pipe's for it."""
    if hop.kind != "pipe":
        return hop.settings
    source = an_object("SourceParameters", hop.settings.get("SourceParameters"))
    return an_object("parameters", source.get(SOURCES.get(hop.source.kind, "")))


def _refused(hop: Hop) -> Iterator[str]:
    settings, kind = settings_of(hop), hop.source.kind
    batch = number_of(settings.get("BatchSize", 10 if kind == "queue" else 100))
    window = number_of(settings.get("MaximumBatchingWindowInSeconds", 0))
    if kind == "queue":
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
        if hop.kind != "pipe" and settings.get("DestinationConfig"):
            yield f"DestinationConfig is for streams, {hop.source.label} is a queue"
    elif kind in ("stream", "table"):
        if not settings.get("StartingPosition"):
            yield "StartingPosition is not set: a stream is read from LATEST or TRIM_HORIZON"
        if kind == "table" and settings.get("StartingPosition") == "AT_TIMESTAMP":
            yield "StartingPosition AT_TIMESTAMP is not for tables"
        age = number_of(settings.get("MaximumRecordAgeInSeconds", -1))
        if age is not None and -1 < age < 60:
            yield f"MaximumRecordAgeInSeconds is {age:g}, it is -1 or 60 and more"
        if settings.get("ScalingConfig"):
            yield "ScalingConfig is for queues"
    for one in hop.filters:
        if len(one.patterns) > _MOST_FILTERS:
            yield f"it has {len(one.patterns)} filters, AWS takes {_MOST_FILTERS}"


def _retries(context: Context, queue: Resource) -> Iterator[Finding]:
    redrive = parsed(queue.get("RedrivePolicy"))
    if not isinstance(redrive, dict):
        return
    receives = number_of(redrive.get("maxReceiveCount"))
    visibility = seconds(queue, "VisibilityTimeout", 30)
    kept = seconds(queue, "MessageRetentionPeriod", _FOUR_DAYS)
    if receives is None or visibility is None or kept is None:
        return
    if receives <= 1:
        yield finding(ONE_TRY, queue, f"maxReceiveCount is {receives:g}")
    place = context.routes.places.at(queue.arn)
    feeding = context.routes.hops_to(place)
    if feeding and all(hop.kind == "schedule" for hop in feeding):
        return  # the next message of a schedule does what an expired one did not
    if 1 <= receives <= 1000 and visibility * receives > kept:
        told = f"{receives:g} receives of {visibility} s each, and a message is kept {kept} s"
        yield finding(EXPIRES, queue, told)
