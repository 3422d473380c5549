"""Every event of an assembly with its way, for `list`, `diagram` and `diff`."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from routes.journeys.examples import Example, arrivals, publications, starts
from routes.journeys.graph import Routes
from routes.journeys.walk import Journey, Outcome, Step, delivered, entered
from routes.journeys.witness import witnesses
from routes.network.model import Hop, Place

Trail = tuple[Hop, ...]
_OF_AWS = "aws."


@dataclass(eq=False)
class Way:
    """All that events of one type do from one bus: each trail of hops, and how it ends.

    A way may also begin where something else enters: its `source` is then the kind of the place
    and its `detail_type` the place's name. `examples` names those that take a trail; empty where
    the events were made from the patterns.
    """

    source: str
    detail_type: str
    start: Place
    steps: dict[Trail, Step]
    examples: dict[Trail, list[str]]

    @property
    def label(self) -> str:
        return " · ".join(
            "any" if each == "*" else each for each in (self.source, self.detail_type)
        )

    def consumers(self) -> list[Place]:
        """Returns the final consumers, without archives and audit logs."""
        ends = [step.hop for step in self.steps.values() if step.is_end]
        return list(dict.fromkeys(hop.target for hop in ends if not hop.is_tap))


def ways(routes: Routes, examples: list[Example]) -> list[Way]:
    """Returns the way of every event type (of the examples, else of what rules name), and of all
    else that enters: at an API, a topic, a queue, a stream, a schedule, an alarm."""
    found: dict[tuple[str, str, str], Way] = {}
    for name, event, bus in _events(routes, examples):
        key = (str(event["source"]), str(event["detail-type"]), bus.arn)
        way = found.setdefault(key, Way(key[0], key[1], bus, {}, {}))
        _add(way, name, delivered(routes, event, bus, made_up=not name))
    for bus, put in publications(routes) + arrivals(routes):
        for source, detail_type in sorted(put):
            found.setdefault((source, detail_type, bus.arn), Way(source, detail_type, bus, {}, {}))
    for label, place in _entries(routes):
        way = Way(place.kind, label, place, {}, {})
        found[place.kind, label, place.arn] = way
        _add(way, "", entered(routes, place))
    order = {hop: index for index, hop in enumerate(routes.hops)}
    for way in found.values():
        way.steps = dict(
            sorted(way.steps.items(), key=lambda item: [order[hop] for hop in item[0]])
        )
    return sorted(found.values(), key=lambda way: (way.source, way.detail_type, way.start.arn))


def _events(routes: Routes, examples: list[Example]) -> Iterator[tuple[str, dict[str, Any], Place]]:
    for example in examples:
        for bus in starts(routes, example):
            yield example.name, example.event, bus
    for hop in routes.hops:
        if hop.kind in ("rule", "subscriber") and not hop.is_tap:
            for event in witnesses(hop):
                # What AWS's services put on a default bus is nobody's to give an example of.
                if not examples or str(event["source"]).startswith(_OF_AWS):
                    yield "", event, hop.source


def _entries(routes: Routes) -> Iterator[tuple[str, Place]]:
    """Each place but buses that something enters, and its name; alarms by whom they tell."""
    alarms: dict[frozenset[Place], list[Place]] = {}
    for place in routes.places:
        hops = routes.hops_from(place)
        if not hops or place.kind == "bus" or routes.hops_to(place):
            continue
        if place in routes.waiting_places:
            continue  # what waits there entered before the hop that gave it up
        if place.kind == "alarm":
            alarms.setdefault(frozenset(hop.target for hop in hops), []).append(place)
        else:
            yield place.name, place
    for members in alarms.values():
        yield f"{len(members)} alarms" if len(members) > 1 else members[0].name, members[0]


def _add(way: Way, name: str, journey: Journey) -> None:
    for trail in journey.every_step():
        step = trail[-1]
        if step.outcome is Outcome.MISSED:
            continue
        key = tuple(each.hop for each in trail)
        if key not in way.steps or (step.arrived and not way.steps[key].arrived):
            way.steps[key] = step
        if name and step.arrived:
            way.examples.setdefault(key, []).append(name)
