"""Whether events reach whom they should, and no one else."""

from collections.abc import Iterator

from routes.checks.base import Code, Context, Finding, finding
from routes.checks.joints import is_of_aws
from routes.filters.matching import any_matches, flatten
from routes.filters.misses import misses
from routes.journeys.examples import Example, event_types, publications
from routes.journeys.walk import Journey, Outcome, walk
from routes.network.model import Hop
from routes.reading.assembly import Stack
from routes.reading.tokens import tokens

NO_CONSUMER = Code(
    "R101",
    "error",
    "An event reaches no consumer",
    "It is published, no error shows anywhere, and nobody works on it.",
    "Follow the hops the message names; add or correct the rule, filter policy or permission.",
)
NOT_REACHED = Code(
    "R102",
    "error",
    "A subscription is not reached",
    "The domain declares that it subscribes to the event; no route brings it there.",
    "Correct the hop that the message names, or take the subscription back.",
)
NOT_SUBSCRIBED = Code(
    "R103",
    "error",
    "A consumer receives what its domain did not subscribe to",
    "It gets events that nobody meant for it, and works on them or fails on them.",
    "Narrow the rule or filter policy, or declare the subscription.",
)
MATCHES_NOTHING = Code(
    "R104",
    "warning",
    "A rule matches no example",
    "A misspelled source, detail-type or field makes a rule that never fires.",
    "Correct the pattern as the message says; or add an example of the event it is for.",
    house=True,
)
DEAD_END = Code(
    "R105",
    "warning",
    "An event is forwarded to a place where nothing takes it",
    "The hop is paid for and the event is gone: the far side has no rule or subscription for it.",
    "Add the rule on the far side, or stop forwarding the event.",
    house=True,
)
NO_PUBLISHER = Code(
    "R106",
    "error",
    "A domain cannot publish what it declares",
    "No code of the assembly is allowed to put the event on the bus.",
    "Grant events:PutEvents on the bus to the function that publishes.",
)
NO_EXAMPLE = Code(
    "R108",
    "warning",
    "A declared event has no example",
    "Without an example, nothing about the event's route is proven.",
    "Add a golden example of it to the contracts.",
)
CODES = [
    NO_CONSUMER,
    NOT_REACHED,
    NOT_SUBSCRIBED,
    MATCHES_NOTHING,
    DEAD_END,
    NO_PUBLISHER,
    NO_EXAMPLE,
]


def check(context: Context) -> Iterator[Finding]:
    """Yields the findings about who gets which event."""
    if not context.examples:
        context.left_out.append("R101, R104: no examples; name a folder of events with --events")
    if not context.declares:
        context.left_out.append(
            "R102, R103, R106, R108: no stack declares what its domain publishes and subscribes"
        )
    yield from _unreached(context)
    yield from _intent(context)
    yield from _publishers(context)
    yield from _rules(context)
    yield from _ends(context)


def _unreached(context: Context) -> Iterator[Finding]:
    by_example: dict[Example, list[Journey]] = {}
    for example, journey in context.journeys:
        by_example.setdefault(example, []).append(journey)
    for example, journeys in by_example.items():
        if not any(journey.consumers() for journey in journeys):
            bus = journeys[0].bus
            why = _why(context, example, journeys[0])
            message = f"{example.label} ({example.name}) reaches no consumer from {bus.label}{why}"
            yield finding(NO_CONSUMER, bus.resource, message, stack=bus.arn)


def _intent(context: Context) -> Iterator[Finding]:
    types = {example.type for example in context.examples}
    published = {event for _, events in publications(context.routes) for event in events}
    for stack in context.routes.assembly.stacks:
        if stack.crossbus is None:
            continue
        subscribed = event_types(stack.crossbus.get("subscribes", []))
        own = event_types(stack.crossbus.get("publishes", []))
        for source, detail_type in sorted((subscribed | own) - types):
            message = f"{source} · {detail_type} is declared by {stack.name}; it has no example"
            yield finding(NO_EXAMPLE, None, message, stack=stack.name)
        for source, detail_type in sorted(subscribed - published):
            message = f"{stack.name} subscribes to {source} · {detail_type}; nobody publishes it"
            yield finding(NOT_REACHED, None, message, stack=stack.name)
        for example, journey in context.journeys:
            yield from _intended(context, stack, example, journey, subscribed, own)


def _intended(
    context: Context,
    stack: Stack,
    example: Example,
    journey: Journey,
    subscribed: set[tuple[str, str]],
    own: set[tuple[str, str]],
) -> Iterator[Finding]:
    consumers = [
        trail
        for trail in journey.ends()
        if not trail[-1].hop.is_tap
        and trail[-1].hop.target.resource
        and trail[-1].hop.target.resource.stack is stack
    ]
    if example.type in subscribed and not consumers:
        why = _why(context, example, journey)
        message = f"{example.label} ({example.name}) reaches no consumer of {stack.name}{why}"
        yield finding(NOT_REACHED, None, message, stack=stack.name)
    if example.type not in subscribed | own:
        for trail in consumers:
            target = trail[-1].hop.target
            message = (
                f"{target.label} receives {example.label} ({example.name}), "
                f"to which {stack.name} does not subscribe, by {trail[0].hop.resource.address}"
            )
            yield finding(NOT_SUBSCRIBED, target.resource, message)


def _publishers(context: Context) -> Iterator[Finding]:
    routes = context.routes
    for bus, events in publications(routes):
        senders = routes.senders_to(bus)
        if not senders:
            yield finding(NO_PUBLISHER, bus.resource, f"nobody may put events on {bus.label}")
        for source, detail_type in sorted(events) if senders else ():
            event = {"source": source, "detail-type": detail_type}
            decisions = [routes.permissions.may_send(each.role, bus, event) for each in senders]
            if all(decision.denied for decision in decisions):
                message = f"nobody may put {source} · {detail_type}: {decisions[0].reason}"
                yield finding(NO_PUBLISHER, bus.resource, message)


def _rules(context: Context) -> Iterator[Finding]:
    if not context.examples:
        return
    fields = {example: flatten(example.event) for example in context.examples}
    seen = set()
    for hop in context.routes.hops:
        if hop.kind not in ("rule", "archive") or hop.resource in seen:
            continue
        seen.add(hop.resource)
        for one in hop.filters:
            if one.error or tokens(one.patterns) or is_of_aws(hop):
                continue
            near = context.candidates(hop)
            if not any(any_matches(one.alternatives, fields[example]) for example in near):
                message = f"no example matches the pattern{_nearest(context, hop)}"
                yield finding(MATCHES_NOTHING, hop.resource, message)


def _ends(context: Context) -> Iterator[Finding]:
    reported: set[object] = set()
    for example, journey in context.journeys:
        for trail in journey.every_step():
            step = trail[-1]
            hop = step.hop
            if step.outcome is not Outcome.DELIVERED or hop.target.kind not in ("bus", "topic"):
                continue
            inside = hop.target.resource is not None
            taken = any(each.outcome is not Outcome.MISSED for each in step.steps)
            if inside and not taken and (hop, example.type) not in reported:
                reported.add((hop, example.type))
                message = f"{example.label} ({example.name}) ends on {hop.target.label}: no one"
                yield finding(DEAD_END, hop.resource, f"{message} there takes it")


def _why(context: Context, example: Example, journey: Journey) -> str:
    """The obstacles on the way: what stopped the event, else the misses that came closest."""
    whole = walk(context.routes, example.event, journey.bus)
    steps = [trail[-1] for trail in whole.every_step()]
    stopped = [
        f"{step.hop.resource.address}: {step.reason}"
        for step in steps
        if not step.arrived and step.outcome is not Outcome.MISSED
    ]
    missed = sorted(
        (step for step in steps if step.outcome is Outcome.MISSED),
        key=lambda step: (bool(step.reason), len(step.misses)),
    )
    near = [
        f"{step.hop.resource.address}: {step.reason or '; '.join(map(str, step.misses))}"
        for step in missed
    ]
    reasons = list(dict.fromkeys(stopped + near))[:3]
    return ": " + " | ".join(reasons) if reasons else ": nothing listens there"


def _nearest(context: Context, hop: Hop) -> str:
    closest = min(
        (misses(hop.filters[0], example.event) for example in context.examples),
        key=len,
        default=[],
    )
    return f": {'; '.join(map(str, closest))}" if closest else ""
