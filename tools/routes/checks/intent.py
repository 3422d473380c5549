"""Whether what the domains declare to publish and to subscribe is what the routes do."""

from collections.abc import Iterator

from routes.checks.base import Code, Context, Finding, finding
from routes.checks.patterns import INVALID_PATTERN
from routes.checks.reach import why
from routes.filters.patterns import compile_pattern
from routes.journeys.examples import Example, is_wanted, publications
from routes.journeys.walk import Journey
from routes.network.model import Place
from routes.reading.assembly import Resource, Stack
from routes.reading.declarations import Declared, EventType

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
    "Add an example of it to the examples that the check is made with.",
)

UNOBSERVED = Code(
    "R109",
    "error",
    "A published event that nobody observes",
    "A domain declares that it publishes the event; no stack subscribes to it and no route takes "
    "it to a consumer.",
    'Declare who subscribes to it; or, where nobody observes it yet, say "unobserved": true beside '
    "it under `publishes`, in the metadata that the stack declares.",
)
OBSERVED = Code(
    "R110",
    "warning",
    "An event that is declared to be unobserved is observed",
    "The declaration is stale: whoever reads it takes the event to be free to change.",
    'Take "unobserved" away from the event where it is declared.',
    house=True,
)

CODES = [NOT_REACHED, NOT_SUBSCRIBED, NO_PUBLISHER, NO_EXAMPLE, UNOBSERVED, OBSERVED]


def check(context: Context) -> Iterator[Finding]:
    """Yields the findings about what domains declare; none where no stack declares anything."""
    if not context.declares:
        context.left_out.append(
            "R102, R103, R106, R108, R109, R110: no stack declares in its template's metadata what "
            "it publishes and subscribes (`python -m routes codes` says how)"
        )
        return
    yield from _unobserved(context)
    yield from _intent(context)
    yield from _publishers(context)


def _unobserved(context: Context) -> Iterator[Finding]:
    observers = _observers(context)
    for stack in context.routes.assembly.stacks:
        if stack.declared is None:
            continue
        for event in sorted(stack.declared.publishes):
            by, label = observers.get(event), " · ".join(event)
            if event in stack.declared.unobserved and by:
                message = f"{stack.name} declares {label} to be unobserved; {by} observes it"
                yield finding(OBSERVED, None, message, stack=stack.name, house=True)
            elif event not in stack.declared.unobserved and not by:
                message = f"{stack.name} publishes {label}; nobody subscribes to it or consumes it"
                yield finding(UNOBSERVED, None, message, stack=stack.name)


def _observers(context: Context) -> dict[EventType, str]:
    """Per event, someone who observes it: a stack that subscribes, or a consumer it reaches. Who
    keeps whatever there is does not.
    """
    found: dict[EventType, str] = {}
    for example, journey in context.journeys:
        for place in journey.consumers():
            if not _keeps(place, example.type):
                found.setdefault(example.type, place.label)
    for stack in context.routes.assembly.stacks:
        for event in stack.declared.subscribes - stack.declared.keeps if stack.declared else ():
            found[event] = stack.name
    return found


def _keeps(place: Place, event: EventType) -> bool:
    declared = place.resource and place.resource.stack.declared
    return bool(declared and event in declared.keeps)


def _intent(context: Context) -> Iterator[Finding]:
    types = {example.type for example in context.examples}
    published = {event for _, events in publications(context.routes) for event in events}
    for stack in context.routes.assembly.stacks:
        if stack.declared is None:
            continue
        yield from _refused(stack, stack.declared)
        subscribed = stack.declared.subscribes
        received = frozenset[EventType]().union(*stack.declared.receives.values())
        spoken_of = subscribed | received | stack.declared.publishes
        for source, detail_type in sorted(spoken_of - types):
            message = f"{source} · {detail_type} is declared by {stack.name}; it has no example"
            yield finding(NO_EXAMPLE, None, message, stack=stack.name)
        for source, detail_type in sorted(subscribed - published):
            # What AWS and its partners publish, no stack declares.
            if not source.startswith("aws."):
                told = f"{stack.name} subscribes to {source} · {detail_type}; nobody publishes it"
                yield finding(NOT_REACHED, None, told, stack=stack.name)
        for example, journey in context.journeys:
            yield from _intended(context, stack, stack.declared, example, journey)


def _refused(stack: Stack, declared: Declared) -> Iterator[Finding]:
    for event, patterns in declared.conditions.items():
        for pattern in filter(None, patterns):
            try:
                compile_pattern(pattern)
            except ValueError as error:
                told = f"{stack.name} subscribes to {' · '.join(event)} where {pattern}: {error}"
                yield finding(INVALID_PATTERN, None, told, stack=stack.name)


def _intended(
    context: Context,
    stack: Stack,
    declared: Declared,
    example: Example,
    journey: Journey,
) -> Iterator[Finding]:
    consumers = [
        trail
        for trail in journey.ends()
        if not trail[-1].hop.is_tap
        and trail[-1].hop.target.resource
        and trail[-1].hop.target.resource.stack is stack
    ]
    wanted = is_wanted(declared, example)
    if wanted and not consumers:
        message = (
            f"{example.label} ({example.name}) reaches no consumer of {stack.name}"
            f"{why(context, example, journey)}"
        )
        yield finding(NOT_REACHED, None, message, stack=stack.name)
    if not wanted and example.type not in declared.publishes:
        for trail in consumers:
            target = trail[-1].hop.target
            message = (
                f"{target.label} receives {example.label} ({example.name}), "
                f"to which {stack.name} does not subscribe, by {trail[0].hop.resource.address}"
            )
            yield finding(NOT_SUBSCRIBED, target.resource, message)


def _publishers(context: Context) -> Iterator[Finding]:
    routes = context.routes
    roles = [role for role in routes.access.roles if _publishes(routes.access.roles.users(role))]
    for bus, events in publications(routes):
        for source, detail_type in sorted(events):
            event = {"source": source, "detail-type": detail_type}
            decisions = [routes.permissions.may_send(role, bus, event) for role in roles]
            if all(decision.denied for decision in decisions):
                named = routes.senders_to(bus)
                reason = (
                    routes.permissions.may_send(named[0].role, bus, event).reason
                    if named
                    else "no role that code acts in allows it"
                )
                message = f"nobody may put {source} · {detail_type} on {bus.label}: {reason}"
                yield finding(NO_PUBLISHER, bus.resource, message, stack=bus.arn)
        yield from _denied_publishers(context, bus, events)


def _denied_publishers(
    context: Context, bus: Place, events: frozenset[EventType]
) -> Iterator[Finding]:
    """Code that is let on the domain's bus, but with none of the domain's events."""
    for sender in context.routes.senders_to(bus):
        decisions = [
            context.routes.permissions.may_send(
                sender.role, bus, {"source": source, "detail-type": detail_type}
            )
            for source, detail_type in sorted(events)
        ]
        if decisions and all(decision.denied for decision in decisions):
            told = f"{sender.source.label} may put none of its domain's events on {bus.label}"
            yield finding(NO_PUBLISHER, sender.source.resource, f"{told}: {decisions[0].reason}")


def _publishes(users: list[Resource]) -> bool:
    """Whether anything but rules acts in a role: they forward events and publish none."""
    return any(user.type != "AWS::Events::Rule" for user in users)
