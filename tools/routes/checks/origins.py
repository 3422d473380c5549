"""Rules for events that never come to their bus."""

from collections.abc import Iterator
from typing import Any

from routes.checks.base import Code, Context, Finding, finding
from routes.network.model import Hop, Place
from routes.reading.tokens import is_known

NEVER_COMES = Code(
    "J812",
    "error",
    "A rule for events that never come to its bus",
    "The bucket sends no events to EventBridge, or the bus gets those of one partner only.",
    "Switch the bucket's EventBridge notifications on, or match what the bus gets.",
)

CODES = [NEVER_COMES]

_PARTNER = "aws.partner/"


def check(context: Context) -> Iterator[Finding]:
    """Yields the findings about events that never come."""
    routes = context.routes
    on = {hop.source for hop in routes.hops if hop.settings.get("EventBridge") is True}
    buckets = {place.arn.rsplit(":", 1)[-1]: place for place in routes.places if _is_own(place)}
    for hop in {hop.resource: hop for hop in routes.hops if hop.kind == "rule"}.values():
        for name in _buckets_named(hop):
            if name in buckets and buckets[name] not in on:
                told = f"{buckets[name].label} sends no events to EventBridge"
                yield finding(NEVER_COMES, hop.resource, told)
        sources = _literals(hop, "source")
        partner = hop.source.name.startswith(_PARTNER) and is_known(hop.source.name)
        if partner and sources and hop.source.name not in sources:
            told = f"{hop.source.label} gets events of that source only, not {', '.join(sources)}"
            yield finding(NEVER_COMES, hop.resource, told)


def _is_own(place: Place) -> bool:
    return place.kind == "bucket" and place.resource is not None


def _buckets_named(hop: Hop) -> list[str]:
    """The buckets whose own events a rule is for."""
    return _literals(hop, "detail.bucket.name") if "aws.s3" in _literals(hop, "source") else []


def _literals(hop: Hop, path: str) -> list[str]:
    """The values of a field that a rule takes; none where they are not literal."""
    found: list[Any] = []
    for one in hop.filters:
        for alternative in [] if one.error else one.alternatives:
            found += alternative.get(path, [])
    known = [each for each in found if isinstance(each, str) and is_known(each)]
    return known if len(known) == len(found) else []
