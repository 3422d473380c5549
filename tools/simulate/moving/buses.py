"""Buses: what is put on one goes to each rule and archive whose pattern it matches."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from routes.filters.matching import Fields
from routes.network.model import Hop, Place
from simulate.moving.deliveries import Deliveries
from simulate.moving.parcels import Parcel

if TYPE_CHECKING:
    from simulate.world import World


class Buses:
    """The buses of all accounts."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.archives: dict[str, list[tuple[float, Parcel]]] = {}
        """What the archive of each bus has, and since when, by the ARN of the bus."""
        self._deliveries = Deliveries(
            world,
            {
                "bus": lambda hop, parcel: self.put(
                    hop.target, parcel.on(parcel.key, bus_hops=parcel.bus_hops + 1)
                ),
                "queue": lambda hop, parcel: world.post.deliver(hop, parcel),
                "topic": lambda hop, parcel: world.topics.publish(
                    hop.target, parcel.on(parcel.key, event=None, body=parcel.text)
                ),
                "log group": lambda hop, parcel: world.logs[
                    hop.target.arn.removesuffix(":*")
                ].append(parcel.text),
                "stream": lambda hop, parcel: world.shelves.deliver(hop, parcel),
                "delivery stream": lambda hop, parcel: world.shelves.lines[hop.target.arn].append(
                    parcel.text
                ),
            },
        )

    def event(
        self,
        key: str,
        source: str,
        detail_type: str,
        detail: str,
        account: str,
        region: str,
        *,
        at: datetime | None = None,
        resources: list[str] | None = None,
    ) -> dict[str, Any]:
        """The envelope of an event that is put on a bus."""
        moment = at or self._world.loop.time
        return {
            "version": "0",
            "id": str(self._world.chance.id("event", key)),
            "detail-type": detail_type,
            "source": source,
            "account": account,
            "time": moment.isoformat(timespec="seconds").replace("+00:00", "Z"),
            "region": region,
            "resources": resources or [],
            "detail": msgspec.json.decode(detail),
        }

    def put(self, bus: Place, parcel: Parcel) -> None:
        """Takes an event; every rule that it matches begins to deliver it."""
        event = parcel.event
        assert event is not None
        hops = [
            hop
            for hop in self._world.wiring.routes.hops_for(bus, event)
            if hop.enabled and self._matches(hop, parcel.fields)
        ]
        self._world.taken(bus, parcel, [hop for hop in hops if hop.kind == "rule"])
        for hop in hops:
            if hop.kind == "archive":
                self.archives.setdefault(bus.arn, []).append((self._world.loop.now, parcel))
            else:
                self._deliveries.begin(hop, parcel)

    def replay(self, bus: Place, since: float) -> None:
        """Puts on a bus again what its archive has since a time.

        https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-replay-archived-event.html
        """
        name = f"replay-{since:.0f}"
        for number, (at, parcel) in enumerate(self.archives.get(bus.arn, [])[:]):
            if at < since:
                continue
            again = {**(parcel.event or {}), "replay-name": name}
            key = self._world.chance.short("replay", parcel.key, number)
            copy = parcel.on(key, event=again)
            for hop in self._world.wiring.routes.hops_for(bus, again):
                if hop.kind == "rule" and hop.enabled and self._matches(hop, copy.fields):
                    self._deliveries.begin(hop, copy)

    def _matches(self, hop: Hop, fields: Fields) -> bool:
        return all(self._world.wiring.passes(each, fields) for each in hop.filters)

    def scheduled(self, hop: Hop, key: str) -> None:
        """A schedule runs: its target gets what it sends."""
        given = hop.settings.get("Input")
        event = None if given else self.event(
            key, "aws.events", "Scheduled Event", "{}", hop.source.account, hop.source.region,
            resources=[hop.resource.arn],
        )  # fmt: skip
        self._deliveries.begin(hop, Parcel(key, str(given or ""), event=event))
