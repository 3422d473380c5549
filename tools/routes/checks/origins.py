"""Rules for events that never come to their bus."""

from collections.abc import Iterator
from typing import Any

from routes.checks.base import Code, Context, Finding, finding
from routes.checks.joints import is_of_aws, lets_others_in
from routes.journeys.examples import arrivals, publications
from routes.network.model import Hop, Place
from routes.reading.assembly import Resource
from routes.reading.tokens import is_known

NEVER_COMES = Code(
    "J812",
    "error",
    "A rule for events that never come to its bus",
    "The bucket sends no events to EventBridge, or the bus gets those of one partner only.",
    "Switch the bucket's EventBridge notifications on, or match what the bus gets.",
)

SILENT_BUS = Code(
    "J805",
    "note",
    "A rule on a bus on which nothing publishes",
    "No domain publishes on the bus, and no rule forwards to it.",
    "Set EventBusName to the bus that the events are on.",
    house=True,
)
CODES = [NEVER_COMES, SILENT_BUS]

_PARTNER = "aws.partner/"


def check(context: Context) -> Iterator[Finding]:
    """Yields the findings about events that never come."""
    yield from _silent(context)
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


def _silent(context: Context) -> Iterator[Finding]:
    """Of a domain's events, only where domains declare what they publish is it known that nothing
    else does; those of AWS services come to the default buses."""
    yield from _of_aws_elsewhere(context)
    if not context.declares:
        return
    fed = {bus.arn for bus, _ in publications(context.routes) + arrivals(context.routes)}
    fed |= {hop.target.arn for hop in context.routes.hops if hop.target.kind == "bus"}
    rules: dict[Resource, Hop] = {
        hop.resource: hop for hop in context.routes.hops if hop.kind == "rule"
    }
    for rule, hop in rules.items():
        partner = hop.source.name.startswith("aws.partner/")
        if hop.source.arn not in fed and not is_of_aws(hop) and not partner:
            yield finding(SILENT_BUS, rule, f"nothing publishes on {hop.source.arn}")


def _of_aws_elsewhere(context: Context) -> Iterator[Finding]:
    for rule, hop in {
        hop.resource: hop for hop in context.routes.hops if hop.kind == "rule"
    }.items():
        bus = hop.source
        own = bus.resource is not None and not bus.name.startswith("aws.partner/")
        # PutEvents refuses a source of AWS's: only a rule brings such events to another bus.
        forwarding = any(each.kind == "rule" for each in context.routes.hops_to(bus))
        fed = forwarding or lets_others_in(context, bus)
        if own and not fed and is_of_aws(hop):
            told = (
                f"events of AWS services come to the default bus, and nothing forwards to {bus.arn}"
            )
            yield finding(SILENT_BUS, rule, told)


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
