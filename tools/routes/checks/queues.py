"""Queues and what reads them: groups, visibility, partial failures, order."""

from collections.abc import Iterator
from typing import Any

from routes.access.decisions import is_synchronous
from routes.checks.base import Code, Context, Finding, finding, number_of, readers, seconds
from routes.network.model import Hop, Place
from routes.network.movers.base import is_true
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
    "Set VisibilityTimeout to six times the function's Timeout (of a pipe, of what enriches and "
    "of the target together) plus the batching window.",
    house=True,
)
BELOW_TIMEOUT = Code(
    "Q603",
    "error",
    "A visibility timeout under the function's timeout",
    "Lambda refuses the mapping; a pipe brings again what is still being worked on.",
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
    "EventBridge and Scheduler send no deduplication id, a pipe only one that it is told: SQS "
    "refuses the message.",
    "Set ContentBasedDeduplication on the queue.",
)
FIFO_TARGET = Code(
    "Q607",
    "error",
    "A FIFO place that the sender cannot send to",
    "A rule cannot target a FIFO topic, a standard topic cannot feed a FIFO queue; buckets, IoT "
    "and Lambda's destinations take standard queues and topics only.",
    "Put a standard topic or queue between, or a FIFO queue directly behind the rule.",
)
ORDER_LOST = Code(
    "Q608",
    "warning",
    "A FIFO queue or topic feeds a standard one",
    "The order that the one keeps is lost in the other.",
    "Make both FIFO, or neither.",
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
_GROUPING = ("pipe", "rule", "schedule", "subscriber")
_STANDARD_ONLY = ("destination", "notification", "topic rule")


def check(context: Context) -> Iterator[Finding]:
    """Yields the findings about queues and their readers."""
    for hop in context.routes.hops:
        if hop.target.is_fifo:
            yield from _into_fifo(hop)
        if hop.kind in ("pipe", "subscription") and hop.source.is_fifo:
            yield from _out_of_fifo(hop)
        if hop.polls:
            yield from _polled(context, hop)
    for queue in context.routes.assembly.resources("AWS::SQS::Queue"):
        yield from _readers(context, context.routes.places.at(queue.arn))
        name = queue.stack.scope.names.given(queue.logical_id)
        fifo = str(queue.get("FifoQueue")).lower() == "true"
        if name and is_known(name) and name.endswith(".fifo") != fifo:
            yield finding(NOT_FIFO, queue, f"its name is {name}, FifoQueue is {str(fifo).lower()}")


def _into_fifo(hop: Hop) -> Iterator[Finding]:
    if hop.kind in _STANDARD_ONLY or (hop.kind == "rule" and hop.target.kind == "topic"):
        yield finding(FIFO_TARGET, hop.resource, f"a {hop.kind} cannot target {hop.target.label}")
        return
    if hop.target.kind != "queue":
        return
    if hop.kind == "subscription" and not hop.source.is_fifo:
        message = f"{hop.source.label} is no FIFO topic; it cannot feed {hop.target.label}"
        yield finding(FIFO_TARGET, hop.resource, message)
    if hop.kind in _GROUPING:
        given = _given(hop)
        if not given.get("MessageGroupId"):
            yield finding(NO_GROUP, hop.resource, f"{hop.target.label} gets no MessageGroupId")
        queue = hop.target.resource
        named = hop.kind == "subscriber" or given.get("MessageDeduplicationId")
        if queue is not None and not named and not is_true(queue.get("ContentBasedDeduplication")):
            yield finding(NO_DEDUPLICATION, queue, f"{hop.label} sends no deduplication id")


def _given(hop: Hop) -> dict[str, Any]:
    """The parameters with which a hop sends to a queue."""
    settings = hop.settings
    if hop.kind == "pipe":
        settings = settings.get("TargetParameters") or {}
        return settings.get("SqsQueueParameters") or {}
    if hop.kind == "subscriber":
        settings = settings.get("InvokeConfiguration") or {}
    return settings.get("SqsParameters") or {}


def _out_of_fifo(hop: Hop) -> Iterator[Finding]:
    if hop.target.kind in ("queue", "topic") and not hop.target.is_fifo:
        yield finding(ORDER_LOST, hop.resource, f"{hop.source.label} feeds {hop.target.label}")


def _polled(context: Context, hop: Hop) -> Iterator[Finding]:
    batch = str(hop.polling.get("BatchSize", 10))
    types = hop.polling.get("FunctionResponseTypes") or []
    # A pipe needs no setting: it takes batchItemFailures from whatever answers.
    reports = hop.kind == "pipe" or "ReportBatchItemFailures" in types
    if hop.source.kind in _BATCHING and batch != "1" and not reports:
        message = f"{hop.source.label} → {hop.target.label} reports whole batches only"
        yield finding(NO_PARTIAL_RESPONSE, hop.resource, message)
    if hop.source.kind != "queue" or not hop.source.resource:
        return
    visibility = seconds(hop.source.resource, "VisibilityTimeout", _DEFAULT_VISIBILITY)
    window = number_of(hop.polling.get("MaximumBatchingWindowInSeconds", 0))
    workers = list(_workers(context, hop))
    times = [
        seconds(each.resource, "Timeout", _DEFAULT_TIMEOUT) for each in workers if each.resource
    ]
    known = [each for each in times if each is not None]
    if visibility is None or window is None or not known or len(known) < len(workers):
        return
    runs, names = sum(known), " and ".join(each.label for each in workers)
    told = f"{hop.source.label} hides messages {visibility} s, {names} run {runs} s"
    if visibility < runs:
        code = PARALLEL_GROUP if hop.source.is_fifo else BELOW_TIMEOUT
        yield finding(code, hop.source.resource, told)
    elif visibility < _FACTOR * runs + window:
        yield finding(SHORT_VISIBILITY, hop.source.resource, told)


def _workers(context: Context, hop: Hop) -> Iterator[Place]:
    """The functions that work on a batch while it is hidden, one after the other."""
    arn = hop.settings.get("Enrichment") if hop.kind == "pipe" else None
    if arn:
        yield from _function(context.routes.places.at(arn, hop.resource.stack))
    if hop.kind != "pipe" or is_synchronous(hop):
        yield from _function(hop.target)


def _function(place: Place) -> Iterator[Place]:
    if place.kind == "function" and place.resource is not None:
        yield place


def _readers(context: Context, queue: Place) -> Iterator[Finding]:
    hops = list(readers(context, queue))
    if queue.is_fifo and len(hops) > 1:
        names = ", ".join(hop.resource.logical_id for hop in hops)
        message = f"{queue.label} has {len(hops)} readers: {names}"
        yield finding(PARALLEL_GROUP, hops[1].resource, message)
