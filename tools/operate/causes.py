"""What each sighting of an event follows from, as the routes of the templates have it.

On a bus, an event follows from itself on the bus that forwards it there. Where code put it, and in
a function, it follows from itself or else from the event that caused it, where that was seen
nearest before on the ways that the templates have.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import networkx as nx

from routes.journeys.graph import Routes
from routes.journeys.walk import delivered
from routes.network.model import Place


@dataclass(frozen=True, eq=False)
class Sighting:
    """An event was seen on a bus, which has the whole of it, or a function's log names its id."""

    at: float
    place: Place
    id: str
    event: dict[str, Any] | None = None
    caused_by: str | None = None

    @property
    def label(self) -> str:
        """What was seen where, in words."""
        if self.event is None:
            return self.place.label
        return f"{self.event['detail-type']} on {self.place.label}"


class Causes:
    """The sightings of one process, each with the one that it follows from."""

    def __init__(self, routes: Routes, sightings: Iterable[Sighting]) -> None:
        self._routes = routes
        self._by_id: dict[str, list[Sighting]] = defaultdict(list)
        for each in sightings:
            self._by_id[each.id].append(each)
        known = (each for found in self._by_id.values() for each in found)
        self._causes = {each.id: each.caused_by for each in known if each.caused_by}
        self._handed_on: dict[tuple[str, str], set[str]] = {}

    def of(self, sighting: Sighting) -> Sighting | None:
        """The sighting that one follows from, None where none is on a way to it."""
        forwarded = [each for each in self._by_id[sighting.id] if self._forwards(each, sighting)]
        if forwarded:
            earlier = [each for each in forwarded if each.at <= sighting.at]
            # Clocks of two accounts differ by more than a hop may take.
            return max(earlier, key=_at) if earlier else min(forwarded, key=_at)
        distances = self._upstream(sighting.place)
        for id in (sighting.id, self._causes.get(sighting.id)):
            found = [
                each
                for each in self._by_id.get(id or "", ())
                if each.at <= sighting.at
                and each.place.arn in distances
                and (each.id, each.place) != (sighting.id, sighting.place)
            ]
            if found:
                return min(found, key=lambda each: (distances[each.place.arn], -each.at))
        return None

    def _forwards(self, before: Sighting, after: Sighting) -> bool:
        """Whether a bus hands the event to the other bus."""
        if before.event is None or after.event is None or before.place is after.place:
            return False
        key = (before.id, before.place.arn)
        if key not in self._handed_on:
            steps = delivered(self._routes, before.event, before.place).steps
            self._handed_on[key] = {step.hop.target.arn for step in steps if step.arrived}
        return after.place.arn in self._handed_on[key]

    def _upstream(self, place: Place) -> dict[str, float]:
        """How many steps before a place others are, by ARN, back to the next bus on each way.

        What a bus forwards to another, no code has put there: that way is left out.
        """
        starts = (
            set(self._backwards.successors(place.arn)) if place.arn in self._backwards else set()
        )
        if place.kind == "bus":
            starts -= self._buses
        if not starts:
            return {}
        return dict(nx.multi_source_dijkstra_path_length(self._until_a_bus, starts))

    @cached_property
    def _buses(self) -> set[str]:
        return {bus.arn for bus in self._routes.buses}

    @cached_property
    def _backwards(self) -> "nx.DiGraph[str]":
        # A view: a copy would copy all that its edges say, hop by hop.
        return nx.DiGraph(self._routes.network()).reverse(copy=False)

    @cached_property
    def _until_a_bus(self) -> "nx.DiGraph[str]":
        graph = self._backwards.copy()
        graph.remove_edges_from(list(graph.out_edges(self._buses)))
        return graph


def _at(sighting: Sighting) -> float:
    return sighting.at
