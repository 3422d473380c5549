"""Whether the parts of a route are joined: someone sends, someone reads, and the hop is on."""

from collections.abc import Iterator
from typing import Any

from routes.access.evaluation import as_list
from routes.checks.base import Code, Context, Finding, finding, readers
from routes.network.model import Hop, Place
from routes.reading.tokens import is_known

DISABLED = Code(
    "J801",
    "warning",
    "A hop is disabled",
    "Rules and mappings that are off in the template are off after every deployment.",
    "Enable it in the template; switch it off by hand for an outage only.",
    house=True,
)
NOBODY_SENDS = Code(
    "J802",
    "note",
    "Nothing of the assembly sends to a place that has readers",
    "The reader waits for messages that no rule, topic or function of the app may send.",
    "Add the rule's target or grant the sender's role the action; a sender outside is no fault.",
    house=True,
)
NOBODY_READS = Code(
    "J803",
    "note",
    "A function may read a place but nothing brings it the messages",
    "Messages pile up: the function has the permission and no event source mapping.",
    "Add the event source mapping, or take the permission away.",
    house=True,
)
NO_TARGET = Code(
    "J804",
    "warning",
    "A rule without a target",
    "It matches events and does nothing with them.",
    "Give it a target or remove it.",
)
NOWHERE = Code(
    "J806",
    "note",
    "A target, or what a reader reads, that no stack defines",
    "Its account and region are the system's own, but nothing there has the name.",
    "Correct the ARN, or add the resource.",
    house=True,
)
SENDER_DENIED = Code(
    "J808",
    "error",
    "Code that may send is denied all the same",
    "The role allows the action; the policy of the place or of its key does not.",
    "Allow the role where the message says.",
)

CODES = [
    DISABLED,
    NOBODY_SENDS,
    NOBODY_READS,
    NO_TARGET,
    NOWHERE,
    SENDER_DENIED,
]

_OWN_KINDS = (
    "bus",
    "delivery stream",
    "function",
    "queue",
    "state machine",
    "stream",
    "table",
    "topic",
)
_DELIVERING = ("events.amazonaws.com", "sns.amazonaws.com")


def check(context: Context) -> Iterator[Finding]:
    """Yields the findings about hops that are off, and places that nothing feeds or empties."""
    for hop in context.routes.hops:
        if not hop.enabled:
            yield finding(DISABLED, hop.resource, f"{hop.label} to {hop.target.label} is disabled")
        yield from _nowhere(context, hop)
    for rule in context.routes.assembly.resources("AWS::Events::Rule"):
        if not rule.get("Targets"):
            yield finding(NO_TARGET, rule, "it has no targets")
    yield from _nobody_sends(context)
    yield from _nobody_reads(context)
    yield from _denied_senders(context)


def _nowhere(context: Context, hop: Hop) -> Iterator[Finding]:
    stacks = context.routes.assembly.stacks
    own = {(stack.account, stack.region) for stack in stacks}
    for place in (hop.target, hop.source) if hop.polls else (hop.target,):
        followed = place.kind in _OWN_KINDS and place.name != "default" and is_known(place.arn)
        if place.resource is None and followed and (place.account, place.region) in own:
            yield finding(NOWHERE, hop.resource, f"no stack defines {place.arn}")


def _nobody_sends(context: Context) -> Iterator[Finding]:
    routes = context.routes
    read = {hop.source for hop in routes.hops if hop.polls or hop.kind == "subscription"}
    for place in sorted(read, key=lambda place: place.arn):
        if place.resource is None or place.arn in context.dead_letter_places:
            continue
        if place.kind == "table" and not context.declares:
            continue  # written to by whoever; that an app only reads its stream is common
        if place.kind == "bucket":
            continue  # what is put there comes from anywhere
        if routes.hops_to(place) or routes.senders_to(place) or lets_others_in(context, place):
            continue
        if not all(routes.permissions.may_send(role, place).denied for role in routes.access.roles):
            continue  # a scheduler, an API or a task, in a role of its own
        yield finding(NOBODY_SENDS, place.resource, f"nothing may send to {place.label}")


def lets_others_in(context: Context, place: Place) -> bool:
    """Returns whether a place's policy allows a sender that is no rule or topic of the app."""
    for statement in context.routes.access.resource_policy(place):
        if statement.get("Effect") == "Allow" and not _is_for_own_hop(context, statement):
            return True
    return False


def _is_for_own_hop(context: Context, statement: dict[str, Any]) -> bool:
    principal = statement.get("Principal")
    services = as_list(principal.get("Service")) if isinstance(principal, dict) else []
    sources = [
        str(source)
        for keys in (statement.get("Condition") or {}).values()
        for key, wanted in keys.items()
        if key.lower() == "aws:sourcearn"
        for source in as_list(wanted)
    ]
    own = [source for source in sources if _is_of_the_system(context, source)]
    return bool(own) and bool(services) and all(service in _DELIVERING for service in services)


def _is_of_the_system(context: Context, source: str) -> bool:
    """Where domains are declared, an ARN of their accounts that no stack defines is nobody's."""
    if not is_known(source):
        return True
    place = context.routes.places.at(source)
    own = {(stack.account, stack.region) for stack in context.routes.assembly.stacks}
    declared = context.declares and (place.account, place.region) in own
    return place.resource is not None or bool(declared)


def _nobody_reads(context: Context) -> Iterator[Finding]:
    for receiver in context.routes.receivers:
        polls = receiver.target.kind != "function" or any(
            hop.kind != "event source mapping" for hop in context.routes.hops_to(receiver.target)
        )
        if receiver.source.resource is None or polls:
            continue  # a task, or a function that something else wakes, reads by itself
        joined = any(
            hop.target is receiver.target or hop.role == receiver.role
            for hop in readers(context, receiver.source)
        )
        if not joined and receiver.source.arn not in context.dead_letter_places:
            message = f"{receiver.target.label} may read {receiver.source.label}, unjoined"
            yield finding(NOBODY_READS, receiver.source.resource, message)


def _denied_senders(context: Context) -> Iterator[Finding]:
    for sender in context.routes.senders:
        if sender.target.kind not in ("queue", "topic"):
            continue
        decision = context.routes.permissions.may_send(sender.role, sender.target)
        if decision.denied:
            message = f"{sender.source.label} → {sender.target.label}: {decision.reason}"
            yield finding(SENDER_DENIED, sender.source.resource, message)


def is_of_aws(hop: Hop) -> bool:
    """Returns whether a rule is for events of AWS services only, which no app publishes."""
    sources = [
        value
        for alternative in ([] if hop.filters[0].error else hop.filters[0].alternatives)
        for value in alternative.get("source", [])
    ]
    return bool(sources) and all(
        str(value.get("prefix", "") if isinstance(value, dict) else value).startswith("aws.")
        for value in sources
    )
