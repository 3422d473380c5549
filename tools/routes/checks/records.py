"""Filters of mappings and pipes that ask for what never comes."""

from collections.abc import Iterator
from typing import Any

from routes.checks.base import Code, Context, Finding, finding
from routes.filters.patterns import Values
from routes.journeys.walk import Outcome
from routes.network.model import Hop
from routes.reading.assembly import Resource
from routes.reading.tokens import tokens

NEVER_THERE = Code(
    "M103",
    "error",
    "A reader's filter asks for what its source's records never have",
    "Every record is dropped, without an error.",
    "Filter on what the message names, or change the stream's view or the key.",
)
PASSES_NOTHING = Code(
    "J807",
    "warning",
    "An event source mapping or pipe whose filter no example passes",
    "What a filter of a queue's reader refuses is deleted from the queue, without a trace.",
    "Correct the filter as the message says.",
    house=True,
)
CODES = [NEVER_THERE, PASSES_NOTHING]

# The top-level keys that a filter may ask for, per kind of source.
_KEYS = {
    "queue": {
        "attributes",
        "awsRegion",
        "body",
        "eventSource",
        "eventSourceARN",
        "md5OfBody",
        "messageAttributes",
        "messageId",
        "receiptHandle",
    },
    "stream": {
        "approximateArrivalTimestamp",
        "awsRegion",
        "data",
        "eventID",
        "eventName",
        "eventSource",
        "eventSourceARN",
        "eventVersion",
        "invokeIdentityArn",
        "kinesisSchemaVersion",
        "partitionKey",
        "sequenceNumber",
    },
    "table": {
        "awsRegion",
        "dynamodb",
        "eventID",
        "eventName",
        "eventSource",
        "eventSourceARN",
        "eventVersion",
        "userIdentity",
    },
}
_CHANGES = ("INSERT", "MODIFY", "REMOVE")
_IMAGES = {
    "KEYS_ONLY": (),
    "NEW_IMAGE": ("NewImage",),
    "OLD_IMAGE": ("OldImage",),
    "NEW_AND_OLD_IMAGES": ("NewImage", "OldImage"),
}


_OF_A_CHANGE = {
    "ApproximateCreationDateTime",
    "Keys",
    "NewImage",
    "OldImage",
    "SequenceNumber",
    "SizeBytes",
    "StreamViewType",
}


def check(context: Context) -> Iterator[Finding]:
    """Yields the findings about filters of records."""
    for hop in context.routes.hops:
        if hop.polls:
            for problem in _never(hop):
                yield finding(NEVER_THERE, hop.resource, problem)
    yield from _passing_nothing(context)


def _passing_nothing(context: Context) -> Iterator[Finding]:
    """Of real examples all must miss; else whatever may come must be known, and miss."""
    arrived: dict[Hop, list[tuple[Outcome, str]]] = {}
    ways: dict[Hop, set[Hop]] = {}
    for journey in [journey for _, journey in context.journeys] + context.made_up + context.made:
        for trail in journey.every_step():
            step = trail[-1]
            if step.hop.polls and step.hop.filters:
                told = "; ".join(map(str, step.misses))
                arrived.setdefault(step.hop, []).append((step.outcome, told))
                ways.setdefault(step.hop, set()).update(each.hop for each in trail)
    for hop, outcomes in arrived.items():
        missed = all(outcome is Outcome.MISSED for outcome, _ in outcomes)
        if missed and (context.examples or _all_is_known(context, ways[hop])):
            yield finding(PASSES_NOTHING, hop.resource, f"no message passes: {outcomes[0][1]}")


def _all_is_known(context: Context, way: set[Hop]) -> bool:
    """Whether nothing but these hops brings messages to the places between them."""
    between = {hop.source for hop in way if hop.source.kind != "bus"} & {hop.target for hop in way}
    return all(
        set(context.routes.hops_to(place)) <= way and not context.routes.senders_to(place)
        for place in between
    )


def _never(hop: Hop) -> Iterator[str]:
    known = _KEYS.get(hop.source.kind)
    for one in hop.filters:
        if known is None or one.error:
            continue
        for alternative in one.alternatives:
            for path, values in alternative.items():
                if _takes_absence(values):
                    continue
                key = path.split(".")[0]
                if key not in known:
                    expected = "body" if hop.source.kind == "queue" else "data or dynamodb"
                    yield f"records of {hop.source.label} have no {key}: its data are in {expected}"
                elif hop.source.kind == "table" and hop.source.resource:
                    yield from _never_of_table(hop.source.resource, path, values)


def _takes_absence(values: list[Any]) -> bool:
    return any(isinstance(each, dict) and each.get("exists") is False for each in values)


def _never_of_table(table: Resource, path: str, values: Values) -> Iterator[str]:
    parts = path.split(".")
    literal = [each for each in values if isinstance(each, str) and not tokens(each)]
    if path == "eventName" and len(literal) == len(values) and not set(literal) & {*_CHANGES}:
        yield f"eventName is one of {', '.join(_CHANGES)}, the filter wants {', '.join(literal)}"
    if path == "eventName":
        for each in literal:
            if each not in _CHANGES and set(literal) & {*_CHANGES}:
                yield f"eventName is never {each}, only {', '.join(_CHANGES)}"
    if parts[0] != "dynamodb" or len(parts) < 2:
        return
    view = stream_view(table)
    if parts[1] in ("NewImage", "OldImage") and view in _IMAGES and parts[1] not in _IMAGES[view]:
        yield f"the stream's view is {view}: its records have no {parts[1]}"
    if parts[1] == "Keys" and len(parts) > 2:
        yield from _never_a_key(table, parts)
    elif parts[1] not in _OF_A_CHANGE:
        yield f"a change has no {parts[1]}: it has {', '.join(sorted(_OF_A_CHANGE))}"


def _never_a_key(table: Resource, parts: list[str]) -> Iterator[str]:
    schema = [each for each in table.get("KeySchema") or () if isinstance(each, dict)]
    names = [str(each.get("AttributeName")) for each in schema]
    if names and parts[2] not in names:
        yield f"the table's keys are {', '.join(names)}, not {parts[2]}"
        return
    types = {
        str(each.get("AttributeName")): str(each.get("AttributeType"))
        for each in table.get("AttributeDefinitions") or ()
        if isinstance(each, dict)
    }
    if len(parts) > 3 and types.get(parts[2]) not in (None, parts[3]):
        yield f"the key {parts[2]} is of type {types[parts[2]]}, not {parts[3]}"


def stream_view(table: Resource) -> str | None:
    """Returns what a table's stream holds; None where it has no stream."""
    view = table.get("StreamSpecification", "StreamViewType")
    if view is None and table.get("StreamSpecification") == {}:
        return None
    return str(view) if view else None
