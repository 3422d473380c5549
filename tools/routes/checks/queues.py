"""Queues and what reads them: groups, visibility, partial failures, order."""

from collections.abc import Iterator
from typing import Any

from routes.checks.base import Code, Context, Finding, finding, readers, seconds
from routes.network.model import Hop, Place
from routes.reading.tokens import is_known

NO_GROUP = Code(
    "Q601",
    "error",
    "A FIFO target without a message group",
    "SQS refuses a message without a group; the event is lost.",
    "Set SqsParameters.MessageGroupId on the target.",
)
SHORT_VISIBILITY = Code(
    "Q602",
    "warning",
    "A visibility timeout under six times the function's timeout",
    "A message comes back while it is still being worked on, and is worked on twice.",
    "Set VisibilityTimeout to six times the function's Timeout plus the batching window.",
    house=True,
)
BELOW_TIMEOUT = Code(
    "Q603",
    "error",
    "A visibility timeout under the function's timeout",
    "Lambda refuses the mapping.",
    "Set VisibilityTimeout to six times the function's Timeout.",
)
NO_PARTIAL_RESPONSE = Code(
    "Q604",
    "warning",
    "Partial batch response is off",
    "One message that fails brings its whole batch back, those that succeeded too.",
    "Add ReportBatchItemFailures to FunctionResponseTypes, and report failures in the handler.",
    house=True,
)
PARALLEL_GROUP = Code(
    "Q605",
    "error",
    "A function would run in parallel over a FIFO group",
    "While one works on a group's messages, another gets the same group: the order is lost.",
    "One reader a FIFO queue, and its visibility timeout above the function's timeout.",
)
NO_DEDUPLICATION = Code(
    "Q606",
    "error",
    "A FIFO target without content-based deduplication",
    "EventBridge sends no deduplication id, so SQS refuses the message.",
    "Set ContentBasedDeduplication on the queue.",
)
FIFO_TARGET = Code(
    "Q607",
    "error",
    "A FIFO place that the sender does not support",
    "A rule cannot target a FIFO topic; a standard topic cannot feed a FIFO queue.",
    "Put a standard topic or queue between, or a FIFO queue directly behind the rule.",
)
ORDER_LOST = Code(
    "Q608",
    "warning",
    "A FIFO topic feeds a standard queue",
    "The order that the topic keeps is lost in the queue.",
    "Make the queue FIFO, or the topic standard.",
)
NOT_FIFO = Code(
    "Q609",
    "error",
    "A queue that is FIFO by its name only, or only by its property",
    "SQS refuses it: the name of a FIFO queue ends in .fifo, and no other does.",
    "Set FifoQueue to true and end the name in .fifo, or neither.",
)

CODES = [
    NO_GROUP,
    SHORT_VISIBILITY,
    BELOW_TIMEOUT,
    NO_PARTIAL_RESPONSE,
    PARALLEL_GROUP,
    NO_DEDUPLICATION,
    FIFO_TARGET,
    ORDER_LOST,
    NOT_FIFO,
]

_DEFAULT_VISIBILITY = 30
_DEFAULT_TIMEOUT = 3
_FACTOR = 6
_BATCHING = ("queue", "table", "stream")


def check(context: Context) -> Iterator[Finding]:
    """Yields the findings about queues and their readers."""
    for hop in context.routes.hops:
        if hop.target.is_fifo:
            yield from _into_fifo(hop)
        if hop.kind == "subscription" and hop.source.is_fifo and hop.target.kind == "queue":
            yield from _out_of_fifo_topic(hop)
        if hop.kind == "event source mapping":
            yield from _mapping(hop)
    for queue in context.routes.assembly.resources("AWS::SQS::Queue"):
        yield from _readers(context, context.routes.places.at(queue.arn))
        name = queue.stack.scope.names.given(queue.logical_id)
        fifo = str(queue.get("FifoQueue")).lower() == "true"
        if name and is_known(name) and name.endswith(".fifo") != fifo:
            yield finding(NOT_FIFO, queue, f"its name is {name}, FifoQueue is {str(fifo).lower()}")


def _into_fifo(hop: Hop) -> Iterator[Finding]:
    if hop.kind == "rule" and hop.target.kind == "topic":
        yield finding(FIFO_TARGET, hop.resource, f"a rule cannot target {hop.target.label}")
    if hop.target.kind != "queue":
        return
    if hop.kind == "subscription" and not hop.source.is_fifo:
        message = f"{hop.source.label} is no FIFO topic; it cannot feed {hop.target.label}"
        yield finding(FIFO_TARGET, hop.resource, message)
    if hop.kind in ("rule", "pipe", "subscriber"):
        if not _group(hop):
            yield finding(NO_GROUP, hop.resource, f"{hop.target.label} gets no MessageGroupId")
        queue = hop.target.resource
        on = queue is None or str(queue.get("ContentBasedDeduplication")).lower() == "true"
        if hop.kind == "rule" and not on and queue is not None:
            yield finding(NO_DEDUPLICATION, queue, f"{hop.label} sends no deduplication id")


def _group(hop: Hop) -> Any:
    if hop.kind == "rule":
        return (hop.settings.get("SqsParameters") or {}).get("MessageGroupId")
    if hop.kind == "pipe":
        parameters = hop.settings.get("TargetParameters") or {}
        return (parameters.get("SqsQueueParameters") or {}).get("MessageGroupId")
    invoke = hop.settings.get("InvokeConfiguration") or {}
    return (invoke.get("SqsParameters") or {}).get("MessageGroupId")


def _out_of_fifo_topic(hop: Hop) -> Iterator[Finding]:
    if not hop.target.is_fifo:
        yield finding(ORDER_LOST, hop.resource, f"{hop.source.label} feeds {hop.target.label}")


def _mapping(hop: Hop) -> Iterator[Finding]:
    batch = str(hop.settings.get("BatchSize", 10))
    types = hop.settings.get("FunctionResponseTypes") or []
    if hop.source.kind in _BATCHING and batch != "1" and "ReportBatchItemFailures" not in types:
        message = f"{hop.source.label} → {hop.target.label} reports whole batches only"
        yield finding(NO_PARTIAL_RESPONSE, hop.resource, message)
    if hop.source.kind != "queue" or not hop.source.resource or not hop.target.resource:
        return
    visibility = seconds(hop.source.resource, "VisibilityTimeout", _DEFAULT_VISIBILITY)
    timeout = seconds(hop.target.resource, "Timeout", _DEFAULT_TIMEOUT)
    window = seconds(hop.resource, "MaximumBatchingWindowInSeconds", 0)
    if visibility is None or timeout is None or window is None:
        return
    told = f"{hop.source.label} hides messages {visibility} s, {hop.target.label} runs {timeout} s"
    if visibility < timeout:
        code = PARALLEL_GROUP if hop.source.is_fifo else BELOW_TIMEOUT
        yield finding(code, hop.source.resource, told)
    elif visibility < _FACTOR * timeout + window:
        yield finding(SHORT_VISIBILITY, hop.source.resource, told)


def _readers(context: Context, queue: Place) -> Iterator[Finding]:
    hops = list(readers(context, queue))
    if queue.is_fifo and len(hops) > 1:
        names = ", ".join(hop.resource.logical_id for hop in hops)
        message = f"{queue.label} has {len(hops)} readers: {names}"
        yield finding(PARALLEL_GROUP, hops[1].resource, message)
