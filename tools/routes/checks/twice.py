"""One event that arrives twice, or at one of two at random, or in two shapes, or at its sender."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from routes.checks.base import Code, Context, Finding, event_label, finding
from routes.journeys.walk import Journey, Outcome
from routes.network.model import Hop, Place
from routes.network.movers.base import is_true

BY_TWO_WAYS = Code(
    "W101",
    "warning",
    "The same event is delivered to the same consumer by two ways",
    "The consumer works on it twice, or must know that it comes twice.",
    "Take one of the two away, or narrow their filters so that each event takes one.",
    house=True,
)
COMPETING = Code(
    "W102",
    "warning",
    "Two functions compete for the messages of one queue",
    "Each message goes to one of them, at random; what the filter of one refuses is deleted.",
    "Give each function a queue of its own, behind a topic or a rule.",
)
TWO_SHAPES = Code(
    "W103",
    "warning",
    "Subscriptions feed one consumer in different shapes",
    "With RawMessageDelivery a message is the event, without it a notification around it.",
    "Set RawMessageDelivery alike on each subscription that leads to the same consumer.",
)
FEEDS_BACK = Code(
    "W104",
    "warning",
    "A function reads what it writes",
    "It may run for ever, on its own output.",
    "Write to another place, or filter what the function reads.",
)

CODES = [BY_TWO_WAYS, COMPETING, TWO_SHAPES, FEEDS_BACK]


def check(context: Context) -> Iterator[Finding]:
    """Yields the findings about what arrives twice."""
    yield from _by_two_ways(context)
    yield from _competing(context)
    yield from _two_shapes(context)
    yield from _feeding_back(context)


def _by_two_ways(context: Context) -> Iterator[Finding]:
    reported: set[tuple[object, ...]] = set()
    journeys = [journey for _, journey in context.journeys] + context.made_up
    for journey in journeys:
        for place, trails in _arrivals(journey).items():
            for first, second in pairwise(trails):
                pair = (place, *(hop for hop in first if hop not in second))
                if pair not in reported:
                    reported.add(pair)
                    ways = [" → ".join(hop.label for hop in trail) for trail in (first, second)]
                    told = f"{event_label(journey.event)} reaches {place.label} by "
                    other = next(hop for hop in reversed(second) if hop not in first)
                    yield finding(BY_TWO_WAYS, other.resource, told + " and by ".join(ways))


def _arrivals(journey: Journey) -> dict[Place, list[tuple[Hop, ...]]]:
    """Per consumer, the trails by which the event surely arrives as it is."""
    found: dict[Place, list[tuple[Hop, ...]]] = defaultdict(list)
    for trail in journey.ends():
        hops = tuple(step.hop for step in trail)
        surely = all(step.outcome is Outcome.DELIVERED for step in trail)
        if surely and not any(_reshapes(hop) for hop in hops) and not hops[-1].is_tap:
            found[hops[-1].target].append(hops)
    return found


def _reshapes(hop: Hop) -> bool:
    """Whether a target gets something of its own: then two of them may be meant."""
    keys = ("EcsParameters", "Enrichment", "Input", "InputPath", "InputTransformer", "Prefix")
    return any(hop.settings.get(key) for key in keys)


def _competing(context: Context) -> Iterator[Finding]:
    readers: dict[Place, list[Hop]] = defaultdict(list)
    for hop in context.routes.hops:
        if hop.polls and hop.source.kind == "queue":
            readers[hop.source].append(hop)
    for queue, hops in readers.items():
        others = [hop for hop in hops if hop.target is not hops[0].target]
        if others and not queue.is_fifo:
            names = " and ".join(hop.target.label for hop in (hops[0], others[0]))
            yield finding(COMPETING, others[0].resource, f"{names} read {queue.label}")


def _two_shapes(context: Context) -> Iterator[Finding]:
    shapes: dict[Place, dict[bool, Hop]] = defaultdict(dict)
    for hop in context.routes.hops:
        if hop.kind != "subscription" or hop.target.kind != "queue":
            continue
        behind = [each.target for each in context.routes.hops_from(hop.target)]
        for place in dict.fromkeys([hop.target, *behind]):
            shapes[place].setdefault(is_true(hop.settings.get("RawMessageDelivery")), hop)
    reported: set[Hop] = set()
    for place, found in shapes.items():
        if len(found) > 1 and found[False] not in reported:
            reported.add(found[False])
            told = f"{place.label} gets events by {found[True].label}, notifications by this one"
            yield finding(TWO_SHAPES, found[False].resource, told)


def _feeding_back(context: Context) -> Iterator[Finding]:
    """A change of a table or bucket that wakes who made it, with no filter between."""
    for sender in context.routes.senders:
        if sender.target.kind not in ("bucket", "table"):
            continue
        for hop in context.routes.hops_from(sender.target):
            filtered = hop.filters or hop.settings.get("Filter")
            if hop.target is sender.source and not filtered:
                told = f"{sender.source.label} may write to {sender.target.label}, which wakes it"
                yield finding(FEEDS_BACK, hop.resource, told)
