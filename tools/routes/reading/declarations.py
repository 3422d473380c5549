"""What a stack says of itself in its template's metadata, under the key `crossbus`.

All of it is optional: `domain` and `bus` (names), `publishes` and `subscribes` (objects with
`source` and `detail-type`; a published one with `"unobserved": true` where nobody observes it, on
purpose).
"""

from dataclasses import dataclass
from typing import Any

from routes.reading.shapes import Malformed, an_object, objects, optional_text

KEY = "crossbus"

EventType = tuple[str, str]
"""The `source` and the `detail-type` of an event."""


@dataclass(frozen=True)
class Declared:
    """The domain of a stack, the bus it publishes on, and the events it speaks of."""

    domain: str
    bus: str | None
    publishes: frozenset[EventType]
    unobserved: frozenset[EventType]
    subscribes: frozenset[EventType]


def declared_in(metadata: Any, stack: str) -> Declared | None:
    """Returns what a template's metadata declare, None where they name no domain and no event.

    Raises Malformed, with the key, its value and what was expected.
    """
    said = an_object(f"Metadata.{KEY}", an_object("Metadata", metadata).get(KEY))
    published = objects(f"{KEY}.publishes", said.get("publishes"))
    subscribed = objects(f"{KEY}.subscribes", said.get("subscribes"))
    domain = optional_text(f"{KEY}.domain", said.get("domain"))
    if not (domain or published or subscribed):
        return None
    return Declared(
        domain or stack,
        optional_text(f"{KEY}.bus", said.get("bus")),
        frozenset(_type("publishes", each) for each in published),
        frozenset(_type("publishes", each) for each in published if _is_unobserved(each)),
        frozenset(_type("subscribes", each) for each in subscribed),
    )


def _type(where: str, entry: dict[str, Any]) -> EventType:
    source, detail_type = entry.get("source"), entry.get("detail-type")
    for key, value in (("source", source), ("detail-type", detail_type)):
        if not isinstance(value, str):
            raise Malformed(f"{KEY}.{where}[].{key}", "a text", value)
    return str(source), str(detail_type)


def _is_unobserved(entry: dict[str, Any]) -> bool:
    value = entry.get("unobserved", False)
    if not isinstance(value, bool):
        raise Malformed(f"{KEY}.publishes[].unobserved", "true or false", value)
    return value
