"""Filter policies of topics: what they refuse, and what falls between them."""

from collections.abc import Iterator
from typing import Any

from routes.checks.base import Code, Context, Finding, finding
from routes.filters.filter_policies import problems
from routes.filters.matching import any_matches, flatten
from routes.filters.misses import misses
from routes.network.model import Hop, Place
from routes.reading.tokens import tokens

INVALID_POLICY = Code(
    "F201",
    "error",
    "A filter policy that SNS refuses",
    "The deployment fails, or the policy lets nothing through.",
    "Correct what the message names.",
)
POLICY_MATCHES_NOTHING = Code(
    "F202",
    "warning",
    "A filter policy matches no example",
    "The subscription looks right and never delivers.",
    "Correct the policy: its scope, its path or its values, as the message says.",
    house=True,
)
FALLS_BETWEEN = Code(
    "F203",
    "warning",
    "A value falls between the filter policies of a topic",
    "A message with the value is published and delivered to nobody.",
    "Widen one of the policies so that each allowed value is delivered.",
    house=True,
)
DELIVERED_TWICE = Code(
    "F204",
    "note",
    "A value is delivered to more than one of a topic's filtered subscriptions",
    "Where the policies are meant to divide the messages, two consumers work on the same one.",
    "Narrow one of the policies so that each allowed value lands in exactly one queue.",
    house=True,
)
WRONG_SCOPE = Code(
    "F205",
    "error",
    "A policy on message attributes behind a rule",
    "EventBridge sets no message attributes, so the policy never matches what a rule sends.",
    'Set FilterPolicyScope to "MessageBody" and filter on the event\'s fields.',
)
MIXED_SCOPES = Code(
    "F206",
    "note",
    "Filter policies of one topic look at different parts of the message",
    "A message that carries the value in one part only is delivered to some of its queues only.",
    "Give the subscriptions of a topic the same FilterPolicyScope.",
    house=True,
)

CODES = [
    INVALID_POLICY,
    POLICY_MATCHES_NOTHING,
    FALLS_BETWEEN,
    DELIVERED_TWICE,
    WRONG_SCOPE,
    MIXED_SCOPES,
]


def check(context: Context) -> Iterator[Finding]:
    """Yields the findings about the filter policies of topics."""
    if not context.examples:
        context.left_out.append("F202, F203, F204: no examples; name a folder with --events")
    subscriptions = [hop for hop in context.routes.hops if hop.kind == "subscription"]
    for hop in subscriptions:
        for one in hop.filters:
            for problem in problems(one.patterns[0], one.scope):
                yield finding(INVALID_POLICY, hop.resource, problem)
            if one.scope == "attributes" and _fed_by_rules_only(context, hop.source):
                message = f"{hop.source.label} is fed by rules, which set no message attributes"
                yield finding(WRONG_SCOPE, hop.resource, message)
    for topic in dict.fromkeys(hop.source for hop in subscriptions):
        scopes = {one.scope for hop in context.routes.hops_from(topic) for one in hop.filters}
        if len(scopes) > 1:
            message = f"{topic.label} is filtered by {' and by '.join(sorted(scopes))}"
            yield finding(MIXED_SCOPES, topic.resource or subscriptions[0].resource, message)
    if context.examples:
        for topic in dict.fromkeys(hop.source for hop in subscriptions):
            yield from _topic(context, topic)


def _topic(context: Context, topic: Place) -> Iterator[Finding]:
    hops = context.routes.hops_from(topic)
    filtered = [
        hop
        for hop in hops
        if hop.filters and hop.filters[0].error is None and not tokens(hop.filters[0].patterns)
    ]
    messages = _messages(context, topic, filtered)
    if not messages:
        return
    accepted = {
        hop: {name for name, body in messages.items() if _accepts(hop, body)} for hop in filtered
    }
    for hop, names in accepted.items():
        if not names and hop.target.arn not in context.dead_letter_places:
            closest = min((misses(hop.filters[0], body) for body in messages.values()), key=len)
            message = f"no example matches: {'; '.join(map(str, closest))}"
            yield finding(POLICY_MATCHES_NOTHING, hop.resource, message)
    # One filtered subscription beside unfiltered ones is a common fan-out; where domains declare
    # their intent, a topic with filter policies delivers each message once.
    divides = context.declares or (len(filtered) == len(hops) > 1)
    if not filtered or not divides or not _divide(filtered):
        return
    accepted |= {hop: set(messages) for hop in hops if not hop.filters}
    resource = topic.resource or filtered[0].resource
    for name in messages:
        takers = [hop for hop, names in accepted.items() if name in names]
        if not takers:
            message = f"{name} is delivered to none of {_labels(list(accepted))}"
            yield finding(FALLS_BETWEEN, resource, message)
        elif len(takers) > 1:
            message = f"{name} is delivered to {_labels(takers)}"
            yield finding(DELIVERED_TWICE, resource, message)


def _messages(context: Context, topic: Place, filtered: list[Hop]) -> dict[str, dict[str, Any]]:
    """What may arrive at the topic: the examples that rules bring, or what code may set."""
    scopes = {hop.filters[0].scope for hop in filtered}
    if scopes == {"attributes"}:
        return _attributes(context, filtered)
    return {
        example.name: example.event
        for hop in context.routes.hops_to(topic)
        if hop.kind == "rule" and not hop.filters[0].error and not _reshapes(hop)
        for example in context.candidates(hop)
        if any_matches(hop.filters[0].alternatives, flatten(example.event))
    }


def _reshapes(hop: Hop) -> bool:
    return any(hop.settings.get(key) for key in ("Input", "InputPath", "InputTransformer"))


def _attributes(context: Context, filtered: list[Hop]) -> dict[str, dict[str, Any]]:
    """The attributes that each example gives: the values of its fields of the policies' names."""
    keys = {path for hop in filtered for each in hop.filters[0].alternatives for path in each}
    found: dict[str, dict[str, Any]] = {}
    for example in context.examples:
        attributes = {
            name: fields[0].value
            for path, fields in flatten(example.event).items()
            if (name := path.rsplit(".", 1)[-1]) in keys and isinstance(fields[0].value, str)
        }
        if attributes:
            told = ", ".join(f"{name} {value}" for name, value in sorted(attributes.items()))
            found[told] = attributes
    return found


def _accepts(hop: Hop, message: dict[str, Any]) -> bool:
    return any_matches(hop.filters[0].alternatives, flatten(message))


def _divide(hops: list[Hop]) -> bool:
    """Whether the policies all ask about the same fields, as ones that divide messages do."""
    asked = {
        frozenset(path for each in hop.filters[0].alternatives for path in each) for hop in hops
    }
    return len(asked) == 1


def _fed_by_rules_only(context: Context, topic: Place) -> bool:
    feeding = context.routes.hops_to(topic)
    return any(hop.kind == "rule" for hop in feeding) and not context.routes.senders_to(topic)


def _labels(hops: list[Hop]) -> str:
    return " and ".join(hop.target.label for hop in hops)
