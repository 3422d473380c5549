"""What is sent in one state of the system, and how well it arrives."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import networkx as nx

from routes.access.decisions import Decision
from routes.access.evaluation import Effect
from routes.filters.matching import any_matches, flatten
from routes.journeys.examples import ExampleError, examples_for
from routes.journeys.graph import Routes
from routes.journeys.witness import witnesses
from routes.network.model import Hop, Place
from routes.order.states import Key

Event = dict[str, Any]
WHATEVER = "whatever it gets"


class Arrival(IntEnum):
    """How a delivery fares: the higher, the worse."""

    ADMITTED = 0
    OPEN = 1
    DENIED = 2
    NOWHERE = 3


@dataclass(frozen=True)
class Delivery:
    """What one resource of one stack sends: which event, to which place."""

    sender: Key
    by: str
    target: str
    event: str


@dataclass(frozen=True)
class Fate:
    """What becomes of a delivery in a state: `ends` says that nothing takes it any further."""

    arrival: Arrival
    by: str
    source: Place
    target: Place
    ends: bool


def deliveries(routes: Routes, events: Iterable[Event]) -> dict[Delivery, Fate]:
    """Every delivery of a state, by hops and by code.

    `events` are tried on each rule; what moves without a rule counts as one delivery.
    """
    known = [(event, flatten(event)) for event in events]
    found: dict[Delivery, Fate] = {}
    for delivery, fate in (*_by_hops(routes, known), *_by_code(routes)):
        worst = found.get(delivery)
        if worst is None or fate.arrival > worst.arrival:
            found[delivery] = fate
    return found


def _by_hops(routes: Routes, known: list[tuple[Event, Any]]) -> Iterator[tuple[Delivery, Fate]]:
    for hop in routes.hops:
        if not hop.enabled or hop.is_tap:
            continue
        sender = Key.owning(hop.resource)
        for event in _matching(hop, known):
            label = _label(event) if event else WHATEVER
            arrival = _arrival(routes.permissions.of_hop(hop, event), hop.target)
            ends = _ends(routes, hop, event)
            yield (
                Delivery(sender, hop.resource.logical_id, hop.target.arn, label),
                Fate(arrival, hop.label, hop.source, hop.target, ends),
            )


def _by_code(routes: Routes) -> Iterator[tuple[Delivery, Fate]]:
    for each in routes.senders:
        resource = each.source.resource
        if resource is not None:
            arrival = _arrival(routes.permissions.may_send(each.role, each.target), each.target)
            yield (
                Delivery(Key.owning(resource), resource.logical_id, each.target.arn, WHATEVER),
                Fate(arrival, each.source.label, each.source, each.target, ends=False),
            )


def events_of(*states: Routes) -> list[Event]:
    """The examples that the assemblies hold, and events made from what their rules match."""
    found: dict[str, Event] = {}
    for routes in states:
        try:
            events = [example.event for example in examples_for(routes, None)]
        except ExampleError:
            events = []
        for event in [*events, *(made for hop in routes.hops for made in witnesses(hop))]:
            found[json.dumps(event, sort_keys=True)] = event
    return list(found.values())


def origins(routes: Routes, place: Place) -> list[Place]:
    """The places where what gets to a place in a state begins.

    None where its ways in are a circle without a beginning: nothing gets there.
    """
    network = routes.network()
    if place.arn not in network:
        return [place]
    upstream = nx.ancestors(network, place.arn) | {place.arn}
    return [routes.places.at(arn) for arn in sorted(upstream) if network.in_degree(arn) == 0]


def _matching(hop: Hop, known: list[tuple[Event, Any]]) -> Iterator[Event | None]:
    """The events that a rule matches; None for what is no rule, or matches none that is known."""
    matched = False
    for event, fields in known if hop.kind == "rule" else ():
        if _matches(hop, fields):
            matched = True
            yield event
    if not matched:
        yield None


def _arrival(decision: Decision, target: Place) -> Arrival:
    if decision.denied:
        return Arrival.DENIED
    if target.resource is None:
        return Arrival.NOWHERE
    return Arrival.ADMITTED if decision.effect is Effect.ALLOWED else Arrival.OPEN


def _ends(routes: Routes, hop: Hop, event: Event | None) -> bool:
    """Whether no rule or subscription of the target takes the event any further."""
    onward = [each for each in routes.hops_from(hop.target) if each.enabled and not each.is_tap]
    if event is not None and hop.target.kind == "bus":
        fields = flatten(event)
        onward = [each for each in onward if _matches(each, fields)]
    return not onward


def _matches(rule: Hop, fields: Any) -> bool:
    return all(one.error is None and any_matches(one.alternatives, fields) for one in rule.filters)


def _label(event: Event) -> str:
    return f"{event.get('source')} · {event.get('detail-type')}"
