"""What a stack says of itself in its template's metadata, under the key `crossbus`.

All of it is optional: `domain` and `bus` (names), `publishes` and `subscribes` (objects with
`source` and `detail-type`; a published one with `"unobserved": true` where nobody observes it, on
purpose; a subscribed one with `where`, an event pattern, where only the events that match it are
meant: of several with one type, any one; with `"keeps": true` where the stack keeps or counts
whatever it gets, and is no reason to publish it); `receives` (as `subscribes`, each with the name
of the `bus` on which somebody outside puts it).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from routes.reading.shapes import Malformed, an_object, objects, optional_text

KEY = "crossbus"

EventType = tuple[str, str]
"""The `source` and the `detail-type` of an event."""


@dataclass(frozen=True)
class Declared:
    """The domain of a stack, the bus it publishes on, and the events it speaks of.

    `receives` is what comes from outside, by bus. `conditions` has a pattern for each subscription
    to a type, an empty one where all are meant.
    """

    domain: str
    bus: str | None
    publishes: frozenset[EventType]
    unobserved: frozenset[EventType]
    subscribes: frozenset[EventType]
    keeps: frozenset[EventType]
    receives: Mapping[str, frozenset[EventType]]
    conditions: Mapping[EventType, list[dict[str, Any]]]


def declared_in(metadata: Any, stack: str) -> Declared | None:
    """Returns what a template's metadata declare, None where they name no domain and no event.

    Raises Malformed, with the key, its value and what was expected.
    """
    said = an_object(f"Metadata.{KEY}", an_object("Metadata", metadata).get(KEY))
    published = objects(f"{KEY}.publishes", said.get("publishes"))
    subscribed = objects(f"{KEY}.subscribes", said.get("subscribes"))
    received = objects(f"{KEY}.receives", said.get("receives"))
    domain = optional_text(f"{KEY}.domain", said.get("domain"))
    if not (domain or published or subscribed or received):
        return None
    return Declared(
        domain or stack,
        optional_text(f"{KEY}.bus", said.get("bus")),
        frozenset(_type("publishes", each) for each in published),
        frozenset(
            _type("publishes", each)
            for each in published
            if _is_set("publishes", "unobserved", each)
        ),
        frozenset(_type("subscribes", each) for each in subscribed),
        frozenset(
            _type("subscribes", each) for each in subscribed if _is_set("subscribes", "keeps", each)
        ),
        _by_bus(received),
        _conditions(subscribed + received),
    )


def _by_bus(received: list[dict[str, Any]]) -> dict[str, frozenset[EventType]]:
    found: dict[str, set[EventType]] = {}
    for each in received:
        bus = each.get("bus")
        if not isinstance(bus, str):
            raise Malformed(f"{KEY}.receives[].bus", "a text", bus)
        found.setdefault(bus, set()).add(_type("receives", each))
    return {bus: frozenset(events) for bus, events in found.items()}


def _conditions(subscribed: list[dict[str, Any]]) -> dict[EventType, list[dict[str, Any]]]:
    found: dict[EventType, list[dict[str, Any]]] = {}
    for each in subscribed:
        where = an_object(f"{KEY}.subscribes[].where", each.get("where"))
        found.setdefault(_type("subscribes", each), []).append(where)
    return found


def _type(where: str, entry: dict[str, Any]) -> EventType:
    source, detail_type = entry.get("source"), entry.get("detail-type")
    for key, value in (("source", source), ("detail-type", detail_type)):
        if not isinstance(value, str):
            raise Malformed(f"{KEY}.{where}[].{key}", "a text", value)
    return str(source), str(detail_type)


def _is_set(where: str, key: str, entry: dict[str, Any]) -> bool:
    value = entry.get(key, False)
    if not isinstance(value, bool):
        raise Malformed(f"{KEY}.{where}[].{key}", "true or false", value)
    return value
