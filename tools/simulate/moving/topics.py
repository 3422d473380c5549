"""Topics: what is published goes to each subscription whose filter policy lets it through."""

import json
from typing import TYPE_CHECKING, Any

from routes.filters.filter_policies import attributes_match
from routes.filters.matching import Fields, flatten
from routes.network.model import Hop, Place
from simulate.moving.deliveries import Deliveries
from simulate.moving.parcels import Parcel
from simulate.wiring import Wiring

if TYPE_CHECKING:
    from simulate.world import World


class Topics:
    """The topics of all accounts."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._deliveries = Deliveries(world, {"queue": world.post.deliver})

    def publish(self, topic: Place, parcel: Parcel) -> None:
        """Takes a message; every subscription that it passes begins to deliver it."""
        body, wiring = _fields(parcel.body), self._world.wiring
        for hop in wiring.routes.hops_from(topic):
            if hop.kind == "subscription" and _passes(wiring, hop, parcel, body):
                self._deliveries.begin(hop, self._as_sent(hop, topic, parcel))

    def _as_sent(self, hop: Hop, topic: Place, parcel: Parcel) -> Parcel:
        if str(hop.settings.get("RawMessageDelivery")).lower() == "true":
            return parcel
        envelope = {
            "Type": "Notification",
            "MessageId": str(self._world.chance.id("notification", parcel.key)),
            "TopicArn": topic.arn,
            "Message": parcel.body,
            "Timestamp": self._world.loop.time.isoformat(),
        }
        return parcel.on(parcel.key, body=json.dumps(envelope), attributes={})


def _passes(wiring: Wiring, hop: Hop, parcel: Parcel, body: Fields | None) -> bool:
    return all(
        attributes_match(each.alternatives, _values(parcel.attributes))
        if each.scope == "attributes"
        else body is not None and wiring.passes(each, body)
        for each in hop.filters
    )


def _values(attributes: dict[str, Any]) -> dict[str, Any]:
    return {
        name: json.loads(value["StringValue"])
        if value["DataType"] in ("String.Array", "Number")
        else value.get("StringValue")
        for name, value in attributes.items()
    }


def _fields(body: str) -> Fields | None:
    """The fields of a body; None of one that is no JSON object, which no policy lets through."""
    try:
        said = json.loads(body)
    except ValueError:
        return None
    return flatten(said) if isinstance(said, dict) else None
