"""Ways that lead too far or back: a second bus-to-bus hop, a loop, an event that feeds itself."""

from collections.abc import Iterator
from typing import Any

from routes.checks.base import Code, Context, Finding, event_label, finding
from routes.filters.matching import any_matches, flatten, value_matches
from routes.journeys.examples import publications
from routes.journeys.walk import Outcome, delivered, is_followed
from routes.journeys.witness import witnesses
from routes.network.model import Hop, Place
from routes.reading.declarations import EventType
from routes.reading.shapes import parsed

SECOND_HOP = Code(
    "H301",
    "error",
    "A second bus-to-bus hop",
    "EventBridge forwards an event from bus to bus once; at the second hop it drops it.",
    "Forward from the first bus directly, or re-publish it as an event of the domain between.",
)
LOOP = Code(
    "H302",
    "error",
    "A loop between buses",
    "The rules send the same event back to a bus that it came from.",
    "Narrow the rule that sends it back: match on source, or on account.",
)
FEEDS_ITSELF = Code(
    "H303",
    "warning",
    "A rule on a bus feeds a function that may publish to the same bus",
    "If the function publishes an event that the rule matches, it runs for ever.",
    "Match on detail-types that the function does not publish, or publish to another bus.",
)
NOT_FOLLOWED = Code(
    "H304",
    "note",
    "A target that is not followed",
    "What becomes of events there is not known here: it is neither proven nor refuted.",
    "Prove this part of the route by a test.",
)
UNKNOWN = Code(
    "H305",
    "note",
    "The templates leave open whether a hop delivers",
    "A value that decides it stands outside the assembly or is known at deployment only.",
    "Put the value into the app, or prove this hop by a test.",
)

MALFORMED = Code(
    "H306",
    "error",
    "A property that CloudFormation would refuse",
    "The resource cannot be read, so nothing about it is proven.",
    "Give the property the shape that the message names.",
)
OPEN = Code(
    "H307",
    "note",
    "A property that the templates leave open",
    "A value of the deployment stands where the route is defined, so the resource is not followed.",
    "Give the parameter a default, or prove this part of the route by a test.",
)

CODES = [MALFORMED, OPEN, SECOND_HOP, LOOP, FEEDS_ITSELF, NOT_FOLLOWED, UNKNOWN]


def check(context: Context) -> Iterator[Finding]:
    """Yields the findings about where hops lead."""
    yield from _forwarded_again(context)
    yield from _feeding_itself(context)
    yield from _open_ends(context)
    for resource, problem in context.routes.malformed:
        yield finding(OPEN if problem.is_open else MALFORMED, resource, str(problem))


def _forwarded_again(context: Context) -> Iterator[Finding]:
    routes = context.routes
    journeys = [journey for _, journey in context.journeys]
    # Rules may be met by events that no example stands for.
    journeys += [
        delivered(routes, event, hop.source, made_up=True)
        for hop in routes.hops
        if hop.kind == "rule" and hop.target.kind == "bus"
        for named in (hop, *_onward_to_buses(context, hop))
        for event in witnesses(named)
    ]
    reported = set()
    for journey in journeys:
        for trail in journey.every_step():
            step = trail[-1]
            if step.outcome is not Outcome.DROPPED or step.hop in reported:
                continue
            reported.add(step.hop)
            way = [journey.start, *(each.hop.target for each in trail)]
            names = " → ".join(place.name for place in way)
            code = LOOP if step.hop.target in way[:-1] else SECOND_HOP
            message = f"{event_label(journey.event)} would go {names}"
            yield finding(code, step.hop.resource, message)
    for hop in routes.hops:
        if hop.kind == "rule" and hop.target is hop.source and hop not in reported:
            yield finding(LOOP, hop.resource, f"the rule sends to its own bus {hop.source.name}")


def _onward_to_buses(context: Context, hop: Hop) -> list[Hop]:
    """The rules that forward again; their events may be met by a wider rule before them."""
    onward = context.routes.hops_from(hop.target)
    return [each for each in onward if each.kind == "rule" and each.target.kind == "bus"]


def _feeding_itself(context: Context) -> Iterator[Finding]:
    published = {bus.arn: events for bus, events in publications(context.routes)}
    reported = set()
    for hop in context.routes.hops:
        if hop.kind != "rule" or hop.source.kind != "bus":
            continue
        for function in _functions_behind(context, hop):
            senders = context.routes.senders_to(hop.source)
            if not any(sender.source is function for sender in senders):
                continue
            if context.declares and not _matches_own(context, hop, published):
                continue
            if not _may_match(hop, _entries(function)):
                continue
            if (hop.resource, function) not in reported:
                reported.add((hop.resource, function))
                message = f"{function.label} gets its events and may publish to {hop.source.label}"
                yield finding(FEEDS_ITSELF, hop.resource, message)


def _entries(place: Place) -> list[dict[str, Any]] | None:
    """The events that a state machine's definition puts; None where they are not literal there."""
    if place.kind != "state machine" or place.resource is None:
        return None
    text = place.resource.get("DefinitionString") or place.resource.get("Definition")
    found: list[dict[str, Any]] = []
    waiting = [parsed(text)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            waiting += node.values()
            if "DetailType" in node and "Source" in node:
                found.append({"detail-type": node["DetailType"], "source": node["Source"]})
    return found or None


def _may_match(hop: Hop, entries: list[dict[str, Any]] | None) -> bool:
    """Whether the rule may match one of these events, by source and detail-type."""
    if entries is None or hop.filters[0].error:
        return True
    return any(
        all(
            key not in alternative or value_matches(entry[key], alternative[key])
            for key in ("source", "detail-type")
        )
        for entry in entries
        for alternative in hop.filters[0].alternatives
    )


def _functions_behind(context: Context, hop: Hop) -> Iterator[Place]:
    """The functions that a rule's events reach without code between."""
    stack, seen = [hop.target], set()
    while stack:
        place = stack.pop()
        if place in seen:
            continue
        seen.add(place)
        if place.kind in ("function", "state machine"):
            yield place
        elif place.kind != "bus":
            stack.extend(onward.target for onward in context.routes.hops_from(place))


def _matches_own(context: Context, hop: Hop, published: dict[str, frozenset[EventType]]) -> bool:
    """Whether the rule matches an event that the bus's own domain publishes."""
    own = published.get(hop.source.arn, frozenset())
    one = hop.filters[0]
    return one.error is None and any(
        any_matches(one.alternatives, flatten(example.event))
        for example in context.examples
        if example.type in own
    )


def _open_ends(context: Context) -> Iterator[Finding]:
    reported = set()
    for hop, met in context.met.items():
        for name, step in met:
            code = {Outcome.NOT_FOLLOWED: NOT_FOLLOWED, Outcome.UNKNOWN: UNKNOWN}.get(step.outcome)
            made_up = not context.examples and step.reason.startswith("only where")
            if code is None or made_up or (hop, step.reason) in reported:
                continue
            reported.add((hop, step.reason))
            message = f"{hop.label} → {hop.target.label} ({name}): {step.reason}"
            yield finding(code, hop.resource, message)
    for hop in context.routes.hops:
        # A mailbox behind a topic is met by no more than what the topic is met by.
        told_elsewhere = hop in context.met or hop.kind in ("channel", "subscription")
        if not told_elsewhere and not is_followed(hop.target):
            told = f"{hop.label} → {hop.target.label}: this kind of target is not followed"
            yield finding(NOT_FOLLOWED, hop.resource, told)
