"""The events that proofs are made with: the assembly's own examples, or a folder of events."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from routes.filters.matching import any_matches, flatten
from routes.filters.model import Filter
from routes.journeys.graph import Routes
from routes.network.model import Place
from routes.reading.declarations import Declared, EventType

OWN = "examples"
"""The folder of an assembly in which an app may leave an example of each of its events."""


class ExampleError(Exception):
    """A file of events that holds no EventBridge event."""


@dataclass(frozen=True, eq=False)
class Example:
    """One event and where it stands. `name` is the path of its file below the events' folder."""

    name: str
    event: dict[str, Any]

    @property
    def type(self) -> EventType:
        return str(self.event.get("source")), str(self.event.get("detail-type"))

    @property
    def label(self) -> str:
        return " · ".join(self.type)


def examples_for(routes: Routes, directory: Path | None) -> list[Example]:
    """Returns the events of a folder; without one, those in the assembly; none if it has none."""
    own = routes.assembly.directory / OWN
    if directory is None and not own.is_dir():
        return []
    return list(read_examples(directory or own))


def read_examples(directory: Path) -> Iterator[Example]:
    """Yields every event below a folder; raises ExampleError that names the file."""
    if not directory.is_dir():
        raise ExampleError(f"{directory} is not a folder of events")
    files = sorted(directory.rglob("*.json"))
    if not files:
        raise ExampleError(f"{directory} holds no event: a .json file for each was expected")
    for file in files:
        yield Example(str(file.relative_to(directory)), read_event(file))


def read_event(file: Path) -> dict[str, Any]:
    """Returns the event in a file: a whole EventBridge envelope; raises ExampleError."""
    try:
        event = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ExampleError(f"{file}: {error}") from None
    if not isinstance(event, dict):
        raise ExampleError(f"{file}: an event must be a JSON object")
    for key in ("source", "detail-type", "detail"):
        if key not in event:
            raise ExampleError(
                f"{file}: {key} is missing: a whole EventBridge envelope was expected"
            )
    return event


def starts(routes: Routes, example: Example) -> list[Place]:
    """Returns the buses on which an event is put.

    By declaration where a domain declares that it publishes or receives it; an AWS service's event
    starts on the default buses, a partner's on the partner's; any other on those of the buses that
    code may write to whose rules it may match.
    """
    put = publications(routes) + arrivals(routes)
    declared = [bus for bus, events in put if example.type in events]
    source = example.type[0]
    if not declared and source.startswith("aws."):
        first = "aws." if source.startswith("aws.partner/") else "default"
        return [bus for bus in routes.buses if bus.name.startswith(first)]
    if declared or any(stack.declared for stack in routes.assembly.stacks):
        return declared
    return [
        bus for bus in routes.starting_buses if any(routes.hops_for(bus, example.event))
    ] or routes.starting_buses


def is_wanted(declared: Declared, example: Example) -> bool:
    """Returns whether a domain declares that it subscribes to this very event.

    A pattern that EventBridge would reject matches none.
    """
    patterns = declared.conditions.get(example.type, [])
    where = Filter("event", [pattern for pattern in patterns if pattern])
    if len(where.patterns) < len(patterns):
        return True
    return not where.error and any_matches(where.alternatives, flatten(example.event))


def publications(routes: Routes) -> list[tuple[Place, frozenset[EventType]]]:
    """Returns each declared domain's bus with the event types that the domain publishes."""
    return [
        (routes.places.bus(stack.declared.bus, stack), stack.declared.publishes)
        for stack in routes.assembly.stacks
        if stack.declared and stack.declared.publishes
    ]


def arrivals(routes: Routes) -> list[tuple[Place, frozenset[EventType]]]:
    """Returns each bus with the event types that somebody outside puts there, by declaration."""
    return [
        (routes.places.bus(bus, stack), events)
        for stack in routes.assembly.stacks
        if stack.declared
        for bus, events in stack.declared.receives.items()
    ]
