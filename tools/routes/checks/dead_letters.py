"""Whether each hop has a place for what fails, and may use it."""

from collections.abc import Iterator
from typing import Any

from routes.access.decisions import is_synchronous
from routes.access.evaluation import as_list
from routes.access.redelivery import Redelivery
from routes.checks.base import Code, Context, Finding, finding, readers
from routes.journeys.witness import witnesses
from routes.network.model import Hop, Place
from routes.reading.assembly import Resource
from routes.reading.shapes import parsed
from routes.reading.tokens import may_equal

NO_DEAD_LETTER = Code(
    "D401",
    "warning",
    "A hop without a dead-letter place",
    "What cannot be delivered is retried for a time and then gone.",
    "Give the rule target, subscription, queue, stream or subscriber a dead-letter queue.",
    house=True,
)
MAY_NOT_WRITE = Code(
    "D402",
    "error",
    "A dead-letter place that the sender may not write to",
    "It looks safe, and what fails is lost all the same.",
    "Allow the service (with the rule's or topic's ARN as source), or the role, to send to it.",
)
UNFIT = Code(
    "D403",
    "error",
    "A place that cannot be the dead-letter place of this hop",
    "AWS refuses it at deployment, or never delivers there.",
    "Use a queue of the same type, account and region as the source; a rule needs a standard one.",
)
NO_FAILURE_DESTINATION = Code(
    "D404",
    "note",
    "An asynchronous function without a place for failed events",
    "After two retries Lambda discards the event; the rule's dead-letter queue does not see it.",
    "Give the function a dead-letter queue or an on-failure destination.",
    house=True,
)
SHORT_RETENTION = Code(
    "D405",
    "warning",
    "A dead-letter queue that keeps messages too short a time",
    "A message keeps its age when a queue moves it: it may expire before anyone sees it.",
    "Give the dead-letter queue a longer MessageRetentionPeriod (14 days is the most).",
    house=True,
)

NOT_REDELIVERED = Code(
    "D407",
    "warning",
    "A function that redelivers may not send to the hop's target",
    "What the hop gave up on stays where it waits, also when the target is well again.",
    "Grant the function's role what the hop needs; where the target's policy names who sends, name "
    "the role there as well.",
    house=True,
)

CODES = [
    NO_DEAD_LETTER,
    MAY_NOT_WRITE,
    UNFIT,
    NO_FAILURE_DESTINATION,
    SHORT_RETENTION,
    NOT_REDELIVERED,
]

_FOUR_DAYS = 345_600
# Where a reader of a stream may put what fails.
_TAKES = {
    "event source mapping": ("queue", "topic", "bucket"),
    "pipe": ("queue", "topic"),
}
_OUTCOMES = ("bus", "function", "queue", "topic")
_ASYNCHRONOUS = ("alarm", "notification", "rule", "schedule", "subscription", "topic rule")


def check(context: Context) -> Iterator[Finding]:
    """Yields the findings about dead-letter places."""
    for hop in context.routes.hops:
        yield from _hop(context, hop)
    for queue in context.routes.assembly.resources("AWS::SQS::Queue"):
        yield from _queue(context, queue)
    yield from _destinations(context)
    yield from _kept_too_short(context)
    yield from _asynchronous(context)
    for redelivery in context.routes.redeliveries:
        yield from _redelivered(context, redelivery)


def _hop(context: Context, hop: Hop) -> Iterator[Finding]:
    if not hop.may_keep_failed or hop.source.kind == "queue":
        return
    if hop.dead_letter is None:
        message = f"{hop.label} → {hop.target.label} has no dead-letter place"
        yield finding(NO_DEAD_LETTER, hop.resource, message)
        return
    place = context.routes.places.at(hop.dead_letter, hop.resource.stack)
    unfit = _unfit(hop, place)
    if unfit:
        yield finding(UNFIT, hop.resource, f"{place.label} {unfit}")
        return
    decision = context.routes.permissions.of_dead_letter(hop)
    if decision.denied:
        message = f"{hop.label} cannot write to {place.label}: {decision.reason}"
        yield finding(MAY_NOT_WRITE, hop.resource, message)


def _unfit(hop: Hop, place: Place) -> str | None:
    if hop.kind in _TAKES and place.resource is not None:
        if place.kind not in _TAKES[hop.kind]:
            return f"is none of {', '.join(_TAKES[hop.kind])}"
        if place.is_fifo:
            return f"is a FIFO {place.kind}"
    if hop.kind in ("rule", "schedule", "subscription"):
        if place.kind != "queue":
            return "is not a queue"
        if place.is_fifo and not hop.source.is_fifo:
            return "is a FIFO queue"
        owner = hop.target if hop.kind == "subscription" else hop.resource.stack
        if _elsewhere(place, owner.account, owner.region):
            return "is in another account or region"
    if place.arn in (hop.source.arn, hop.target.arn):
        return "is the hop's own source or target"
    return None


def _destinations(context: Context) -> Iterator[Finding]:
    """Where Lambda itself puts what became of an asynchronous invocation."""
    routes = context.routes
    for hop in routes.hops:
        if hop.kind == "destination" and hop.target.resource is not None:
            kinds = _OUTCOMES if hop.settings["Outcome"] == "OnSuccess" else (*_OUTCOMES, "bucket")
            if hop.target.kind not in kinds:
                told = (
                    f"{hop.settings['Outcome']}: {hop.target.label} is none of {', '.join(kinds)}"
                )
                yield finding(UNFIT, hop.resource, told)
    for function in routes.assembly.resources("AWS::Lambda::Function"):
        target = function.get("DeadLetterConfig", "TargetArn")
        place = routes.places.at(target, function.stack) if target else None
        if place is None or place.resource is None:
            continue
        if place.kind not in ("queue", "topic"):
            yield finding(UNFIT, function, f"{place.label} is none of queue, topic")
        elif place.is_fifo:
            yield finding(UNFIT, function, f"{place.label} is a FIFO {place.kind}")


def _elsewhere(place: Place, account: str, region: str) -> bool:
    return may_equal(place.account, account) is False or may_equal(place.region, region) is False


def _queue(context: Context, queue: Resource) -> Iterator[Finding]:
    place = context.routes.places.at(queue.arn)
    redrive = parsed(queue.get("RedrivePolicy"))
    if not isinstance(redrive, dict):
        fed = queue.stack.declared is not None and context.routes.hops_to(place)
        consumed = next(readers(context, place), None) or fed
        is_last = place.arn in context.dead_letter_places
        if consumed and (not is_last or place in context.routes.waiting_places):
            yield finding(NO_DEAD_LETTER, queue, f"{place.label} has no dead-letter queue")
        return
    letters = context.routes.places.at(redrive.get("deadLetterTargetArn"), queue.stack)
    if letters.resource is None:
        return
    if letters.is_fifo != place.is_fifo:
        kind = "FIFO" if place.is_fifo else "standard"
        yield finding(UNFIT, queue, f"{letters.label} must be a {kind} queue like its source")
    elif _elsewhere(letters, place.account, place.region):
        yield finding(UNFIT, queue, f"{letters.label} is in another account or region")
    elif letters is place:
        yield finding(UNFIT, queue, f"{letters.label} is its own dead-letter queue")
    refused = _redrive_refused(letters.resource.get("RedriveAllowPolicy"), place)
    if refused:
        yield finding(MAY_NOT_WRITE, queue, f"{letters.label} {refused}")
    kept, source = _retention(letters.resource), _retention(queue)
    if kept is not None and source is not None and kept < source:
        message = f"{letters.label} keeps messages {kept} s, {place.label} {source} s"
        yield finding(SHORT_RETENTION, letters.resource, message)


def _kept_too_short(context: Context) -> Iterator[Finding]:
    for arn in sorted(context.dead_letter_places):
        place = context.routes.places.at(arn)
        kept = _retention(place.resource) if place.resource and place.kind == "queue" else None
        if kept is not None and kept < _FOUR_DAYS:
            message = f"{place.label} keeps what failed for {kept} s: less than four days"
            yield finding(SHORT_RETENTION, place.resource, message)


def _redrive_refused(policy: Any, source: Place) -> str | None:
    policy = parsed(policy)
    if not isinstance(policy, dict):
        return None
    permission = policy.get("redrivePermission")
    if permission == "denyAll":
        return "takes no queue's dead letters (denyAll)"
    if permission == "byQueue" and source.arn not in as_list(policy.get("sourceQueueArns")):
        return f"does not take the dead letters of {source.label}"
    return None


def _retention(queue: Resource) -> int | None:
    value = queue.get("MessageRetentionPeriod")
    if value is None:
        return _FOUR_DAYS
    return int(value) if str(value).isdigit() else None


def _asynchronous(context: Context) -> Iterator[Finding]:
    routes = context.routes
    saved = set()
    for config in routes.assembly.resources("AWS::Lambda::EventInvokeConfig"):
        if config.get("DestinationConfig", "OnFailure", "Destination"):
            saved.add(routes.places.function(config.get("FunctionName"), config.stack).arn)
    for place in dict.fromkeys(hop.target for hop in routes.hops if _is_asynchronous(hop)):
        if place.kind != "function" or place.resource is None or place.arn in saved:
            continue
        if not place.resource.get("DeadLetterConfig", "TargetArn"):
            message = f"{place.label} is invoked asynchronously and has no place for failed events"
            yield finding(NO_FAILURE_DESTINATION, place.resource, message)


def _is_asynchronous(hop: Hop) -> bool:
    """Whether Lambda takes what a hop brings and invokes the function later."""
    if hop.kind == "pipe":
        return hop.target.kind == "function" and not is_synchronous(hop)
    if hop.kind == "schedule" and hop.action is not None:
        given = parsed(hop.settings.get("Input"))
        return isinstance(given, dict) and given.get("InvocationType") == "Event"
    return hop.kind in _ASYNCHRONOUS


def _redelivered(context: Context, redelivery: Redelivery) -> Iterator[Finding]:
    hop = redelivery.hop
    reasons = [
        decision.reason
        for event in (list(witnesses(hop)) if hop.target.kind == "bus" else [None])
        if (decision := context.routes.permissions.may_redeliver(redelivery, event)).denied
    ]
    if reasons and redelivery.function.resource:
        told = f"{redelivery.function.label} may not bring {hop.label} to {hop.target.label}"
        yield finding(NOT_REDELIVERED, redelivery.function.resource, f"{told}: {reasons[0]}")
