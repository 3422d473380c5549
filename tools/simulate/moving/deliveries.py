"""Deliveries of rules and topics: late, twice, tried again, given up, and what then comes.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from routes.network.model import Hop
from simulate.moving.parcels import Parcel
from simulate.wiring import retries_of

if TYPE_CHECKING:
    from simulate.world import World

QUICK_S = (0.01, 0.4)
LATE_S = (5.0, 2 * 3600.0)
LONGEST_PAUSE_S = 600.0
NAMED_BY = 6
"""Digits that tell hops apart, of which an app has some hundreds."""

SNS_RETRIES = (100_015, 23 * 86_400.0)

Accept = Callable[[Hop, Parcel], None]

AT_A_TRY = ("given up", "retried")


class Deliveries:
    """Brings parcels over hops to their targets, which `accept` them by kind."""

    def __init__(self, world: "World", accept: dict[str, Accept]) -> None:
        self._world = world
        self._accept = accept
        self._names: dict[Hop, str] = {}

    def begin(self, hop: Hop, parcel: Parcel) -> None:
        """Begins to deliver a parcel to the target of a hop."""
        world, place = self._world, _place(hop)
        key = f"{parcel.key} {self._name(hop)}"
        copies = 1 + world.strikes("event twice", place, parcel.text, key)
        for copy in range(copies):
            pause = world.chance.between(*QUICK_S, "takes", key)
            if world.strikes("late", place, parcel.text, key):
                low, high = LATE_S
                pause = low * (high / low) ** world.chance.number("late by", key)
            self._later(pause, hop, parcel.on(key), 0, world.loop.now)
            key += f" {copy + 2}"

    def _name(self, hop: Hop) -> str:
        """A hop in the keys of what comes over it."""
        if hop not in self._names:
            about = (hop.resource.logical_id, hop.target.name)
            self._names[hop] = self._world.chance.short(*about)[:NAMED_BY]
        return self._names[hop]

    def _later(self, pause: float, hop: Hop, parcel: Parcel, attempt: int, first: float) -> None:
        self._world.loop.after(pause, lambda: self._attempt(hop, parcel, attempt, first))

    def _attempt(self, hop: Hop, parcel: Parcel, attempt: int, first: float) -> None:
        world = self._world
        about = (parcel.key, attempt)
        if hop.kind == "rule" and hop.target.kind == "bus" and parcel.bus_hops:
            self._give_up(hop, parcel, "THIRD_ACCOUNT_HOP_DETECTED", attempt)
            return
        refusal = world.troubles.refusal(hop) or world.wiring.delivers(hop, parcel.event)
        if refusal:
            self._give_up(hop, parcel, "NO_PERMISSIONS", attempt)
            return
        fault = world.strikes_one(AT_A_TRY, _place(hop), parcel.text, *about)
        if fault == "given up":
            self._give_up(hop, parcel, "SDK_CLIENT_ERROR", attempt)
            return
        if fault or world.troubles.is_down(hop.target.arn):
            most, longest = retries_of(hop) if hop.kind in ("rule", "schedule") else SNS_RETRIES
            if attempt >= most or world.loop.now - first >= longest:
                self._give_up(hop, parcel, "INTERNAL_ERROR", attempt)
                return
            pause = min(LONGEST_PAUSE_S, 2.0**attempt)
            pause *= world.chance.between(0.5, 1, "pause", *about)
            self._later(pause, hop, parcel, attempt + 1, first)
            return
        world.deliveries += 1
        world.carried(hop.target.label, _place(hop), parcel.text)
        self._accept[hop.target.kind](hop, parcel)

    def _give_up(self, hop: Hop, parcel: Parcel, code: str, attempt: int) -> None:
        world = self._world
        place = world.queues.get(str(hop.dead_letter))
        if place is None or not world.wiring.keeps(hop):
            world.tell(_place(hop), f"gives up: {code}; it has no place for that", parcel.text)
            return
        world.waiting.records.given_up(hop, world.loop.now)
        world.tell(_place(hop), f"gives up: {code}; it goes to {place.name}", parcel.text)
        said: dict[str, Any] = dict(parcel.attributes)
        if hop.kind in ("rule", "schedule"):
            reasons = {
                "RULE_ARN": hop.resource.arn,
                "TARGET_ARN": hop.target.arn,
                "ERROR_CODE": code,
                "ERROR_MESSAGE": f"{code} of {hop.target.label}",
                "RETRY_ATTEMPTS": str(attempt),
            }
            said |= {
                name: {"DataType": "String", "StringValue": text} for name, text in reasons.items()
            }
        world.post.send(
            place, Parcel(world.chance.short("dead", parcel.key), parcel.text, attributes=said)
        )


def _place(hop: Hop) -> str:
    """A hop as stories call it: by the name that people gave it."""
    return f"{hop.kind} {hop.resource.name}"
