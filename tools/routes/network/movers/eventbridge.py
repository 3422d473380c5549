"""EventBridge: rules, archives, schedules, and the subscribers of second-generation buses."""

from collections.abc import Iterator
from typing import Any

from routes.filters.model import Filter, Scope
from routes.network.model import Hop
from routes.network.movers.base import Reader, dead_letter_of, event_of
from routes.network.places import Places
from routes.reading.assembly import Resource
from routes.reading.shapes import an_object, objects, optional_text, parsed

EVENTS = "events.amazonaws.com"


def _rule(rule: Resource, places: Places) -> Iterator[Hop]:
    """Each target gets what the pattern matches, or what the schedule sends."""
    pattern = rule.get("EventPattern")
    scheduled = pattern is None
    filters = [] if scheduled else [Filter("event", [parsed(pattern)])]
    bus = places.at(rule.arn) if scheduled else places.bus(rule.get("EventBusName"), rule.stack)
    for target in objects("Targets", rule.get("Targets")):
        optional_text("InputPath", target.get("InputPath"))
        transformer = an_object("InputTransformer", target.get("InputTransformer"))
        for path in an_object("InputPathsMap", transformer.get("InputPathsMap")).values():
            optional_text("InputPathsMap", path)
        an_object("EcsParameters", target.get("EcsParameters"))
        yield Hop(
            "schedule" if scheduled else "rule",
            bus,
            places.at(target.get("Arn"), rule.stack),
            rule,
            filters,
            enabled=rule.get("State") != "DISABLED",
            role=optional_text("RoleArn", target.get("RoleArn") or rule.get("RoleArn")),
            dead_letter=dead_letter_of(target),
            settings=target,
            service=EVENTS,
            sender=rule.arn,
            sends=_scheduled(rule, target) if scheduled else None,
            sends_all=scheduled and transformer == {},
        )


def _scheduled(rule: Resource, target: dict[str, Any]) -> Any:
    """What a schedule of a rule sends: its input, else the event that EventBridge makes of it."""
    if target.get("Input") is not None:
        return parsed(target["Input"])
    if target.get("InputPath") is not None or target.get("InputTransformer"):
        return None
    return {**event_of("aws.events", "Scheduled Event", {}), "resources": [rule.arn]}


def _archive(archive: Resource, places: Places) -> Iterator[Hop]:
    """The archive keeps what its pattern matches."""
    pattern = archive.get("EventPattern")
    yield Hop(
        "archive",
        places.bus(archive.get("SourceArn"), archive.stack),
        places.at(archive.arn),
        archive,
        [Filter("event", [parsed(pattern)])] if pattern is not None else [],
    )


def _subscriber(subscriber: Resource, places: Places) -> Iterator[Hop]:
    """The target gets what every filter of the second-generation bus matches."""
    invoke = an_object("InvokeConfiguration", subscriber.get("InvokeConfiguration"))
    filters = objects("Filters", subscriber.get("FilterConfiguration", "Filters"))
    yield Hop(
        "subscriber",
        places.at(subscriber.get("EventBusArn"), subscriber.stack),
        places.at(invoke.get("TargetArn"), subscriber.stack),
        subscriber,
        [_scoped(each) for each in filters],
        enabled=subscriber.get("State") != "STOPPED",
        role=optional_text("RoleArn", invoke.get("RoleArn")),
        dead_letter=optional_text("Arn", subscriber.get("OnFailureConfiguration", "Arn")),
        settings=subscriber.properties,
        service=EVENTS,
        needs_role=True,
    )


def _scoped(found: dict[str, Any]) -> Filter:
    scopes: dict[str, Scope] = {"METADATA": "metadata", "SYSTEM_METADATA": "system metadata"}
    return Filter(scopes.get(str(found.get("Scope")), "data"), [parsed(found.get("Pattern"))])


READERS: dict[str, Reader] = {
    "AWS::Events::Archive": _archive,
    "AWS::Events::Rule": _rule,
    "AWS::EventsV2::Subscriber": _subscriber,
}
