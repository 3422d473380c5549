"""The graph of how events travel: places joined by hops, and by what code may send."""

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import networkx as nx

from routes.access.decisions import Decision, context_of
from routes.access.permissions import Permissions
from routes.access.policies import Access
from routes.access.redelivery import Redelivery, read_redeliveries
from routes.access.senders import Sender, read_receivers, read_senders
from routes.network.dispatch import Dispatch
from routes.network.hops import read_hops
from routes.network.model import Hop, Place
from routes.network.places import Places
from routes.reading.assembly import Assembly, Resource, load
from routes.reading.shapes import Malformed


class Routes:
    """Everything that is known of an assembly's routes.

    `redeliveries` are apart from `senders`: what they send is on its way by a hop already.
    """

    def __init__(self, assembly: Assembly) -> None:
        self.assembly = assembly
        self.places = Places(assembly)
        self.malformed: list[tuple[Resource, Malformed]] = []
        self.hops = list(read_hops(assembly, self.places, self.malformed))
        self.access = Access(assembly, self.places, self.malformed)
        self.permissions = Permissions(self.access, self.places)
        senders = list(read_senders(assembly, self.places, self.access))
        self.redeliveries = read_redeliveries(self.hops, self.places, senders)
        again = {(each.function, each.hop.target) for each in self.redeliveries}
        self.senders = [one for one in senders if (one.source, one.target) not in again]
        self.receivers: list[Sender] = list(read_receivers(assembly, self.places, self.access))
        self._permitted: dict[tuple[Any, ...], Decision] = {}
        self._from: dict[str, list[Hop]] = defaultdict(list)
        self._to: dict[str, list[Hop]] = defaultdict(list)
        for hop in self.hops:
            self._from[hop.source.arn].append(hop)
            self._to[hop.target.arn].append(hop)
        self._dispatch = {arn: Dispatch(hops) for arn, hops in self._from.items()}

    @classmethod
    def of(cls, directory: Path) -> "Routes":
        """Returns the routes of the cloud assembly in a folder; raises AssemblyError."""
        return cls(load(directory))

    def hops_from(self, place: Place) -> list[Hop]:
        return self._from.get(place.arn, [])

    def hops_to(self, place: Place) -> list[Hop]:
        return self._to.get(place.arn, [])

    def hops_for(self, place: Place, event: dict[str, Any]) -> Iterator[Hop]:
        """Yields the hops of a place that an event may match; those left out cannot match."""
        dispatch = self._dispatch.get(place.arn)
        return dispatch.candidates(event) if dispatch else iter(())

    def permitted(self, hop: Hop, event: dict[str, Any] | None) -> Decision:
        """Whether a hop may carry an event. Policies are asked once for all that they cannot tell
        apart: those of one type.
        """
        key = hop, *context_of(hop, event).items()
        if key not in self._permitted:
            self._permitted[key] = self.permissions.of_hop(hop, event)
        return self._permitted[key]

    def senders_to(self, place: Place) -> list[Sender]:
        return [sender for sender in self.senders if sender.target is place]

    def redelivered(self, hop: Hop) -> Redelivery | None:
        """What delivers again what a hop gave up on; None where nothing does."""
        return self._redelivered.get(hop)

    @cached_property
    def _redelivered(self) -> dict[Hop, Redelivery]:
        return {each.hop: each for each in self.redeliveries}

    @cached_property
    def waiting_places(self) -> set[Place]:
        """The places whose messages are redelivered."""
        return {each.waiting for each in self.redeliveries}

    @cached_property
    def buses(self) -> list[Place]:
        """Every bus that the assembly defines or routes from."""
        return [
            place
            for place in self.places
            if place.kind == "bus" and (place.resource or self.hops_from(place))
        ]

    @cached_property
    def starting_buses(self) -> list[Place]:
        """The buses that code of the assembly may write to; all if none is known."""
        written = {sender.target.arn for sender in self.senders}
        return [bus for bus in self.buses if bus.arn in written] or self.buses

    def bus_named(self, name: str) -> Place:
        """Returns the bus with a name or an ARN; raises KeyError that names those there are."""
        found = [bus for bus in self.buses if name in (bus.name, bus.arn)]
        if len(found) != 1:
            known = ", ".join(sorted(bus.arn if found else bus.name for bus in self.buses))
            what = "more than one bus is" if found else "no bus is"
            raise KeyError(f"{what} named {name!r}; the assembly has: {known or 'none'}")
        return found[0]

    def network(self) -> "nx.MultiDiGraph[str]":
        """Returns the places (by ARN) and what joins them: edge data `hop` or `sender`."""
        network: nx.MultiDiGraph[str] = nx.MultiDiGraph()
        for hop in self.hops:
            network.add_edge(hop.source.arn, hop.target.arn, hop=hop, sender=None)
        for sender in self.senders:
            network.add_edge(sender.source.arn, sender.target.arn, hop=None, sender=sender)
        return network
