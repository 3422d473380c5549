"""Which stack must deploy before which, and why, from what is sent in the states between.

A stack that sends something new waits for the one that admits it. A stack that stops admitting
waits for the one that stops sending. Neither is read off a resource type: both are found by asking
what would become of each delivery while one of the two stacks is old and the other is new.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from routes.network.model import Place
from routes.order.deliveries import Arrival, Delivery, Event, Fate, deliveries, events_of, origins
from routes.order.states import Key, Kind, States

SCHEDULE = "schedule"
"""The kind of the places where a schedule begins."""


@dataclass(frozen=True)
class DeliveryConstraint:
    """`first` must deploy before `then`: what `by` sends would not arrive otherwise.

    It gives way where no order is left otherwise, and a stack that is new sends only what a
    schedule sets off there, such as what waits to be sent, and in a new stack nothing does yet; or
    what begins in another new stack, which then deploys after `first`.
    """

    first: Key
    then: Key
    kind: Kind
    delivery: Delivery
    by: str
    to: str
    arrival: Arrival
    unclaimed: bool = False
    gives_way: bool = False

    @property
    def why(self) -> str:
        """One sentence."""
        sender, event = self.delivery.sender.name, self.delivery.event
        if self.kind == "adds":
            state = "hands it to nobody yet" if self.unclaimed else _yet(self.arrival)
            return f"{sender} will send {event} by {self.by} to {self.to}, which {state}"
        state = "is no longer there" if self.arrival is Arrival.NOWHERE else "no longer admits it"
        return (
            f"{sender} sends {event} by {self.by} to {self.to}, which {state} "
            f"once {self.then.name} has deployed"
        )

    @property
    def group(self) -> tuple[str, Key, str]:
        """What one rule sends goes together."""
        return self.kind, self.delivery.sender, self.delivery.by

    @property
    def kept(self) -> str:
        """What stays for now where a removal is put off."""
        return f"{self.delivery.event} admitted by {self.to}, for {self.by}"

    @property
    def is_needed(self) -> bool:
        """Whether one stack cannot do without the other: events would be lost."""
        return True


def constraints(states: States) -> list[DeliveryConstraint]:
    """Every constraint between two stacks that a deploy changes."""
    events = events_of(states.before, states.after)
    before, after = deliveries(states.before, events), deliveries(states.after, events)
    found: list[DeliveryConstraint] = []
    for key in states.changed:
        found.extend(_admitted_first(states, key, before, after, events))
        found.extend(_stopped_first(states, key, before, after, events))
    return found


def _of_others(
    states: States, receiver: Key, meanwhile: dict[Delivery, Fate]
) -> Iterator[tuple[Delivery, Fate]]:
    """What the stacks that change, but for the receiver's own, send in a state between."""
    for delivery, fate in meanwhile.items():
        if delivery.sender != receiver and delivery.sender in states.changed:
            yield delivery, fate


def _admitted_first(
    states: States,
    receiver: Key,
    before: dict[Delivery, Fate],
    after: dict[Delivery, Fate],
    events: list[Event],
) -> Iterator[DeliveryConstraint]:
    """What others will send fares worse while the receiver is as it was."""
    meanwhile = states.with_old(receiver)
    for delivery, fate in _of_others(states, receiver, deliveries(meanwhile, events)):
        final, former = after.get(delivery), before.get(delivery)
        if final is None:
            continue
        worse = fate.arrival > final.arrival
        unclaimed = fate.ends and not final.ends and fate.target.kind in ("bus", "topic")
        if former is not None:
            # What is no worse than today is no reason to wait.
            worse = worse and fate.arrival > former.arrival
            unclaimed = False
        begins = origins(meanwhile, fate.source)
        if not (worse or unclaimed):
            continue
        waiting = _made_elsewhere(states, delivery.sender, begins)
        for then in [delivery.sender, *waiting] if begins else []:
            yield DeliveryConstraint(
                receiver,
                then,
                "adds",
                delivery,
                fate.by,
                final.target.label,
                fate.arrival,
                unclaimed=not worse,
                gives_way=then == delivery.sender and _sends_nothing_yet(states, then, begins),
            )


def _made_elsewhere(states: States, sender: Key, begins: list[Place]) -> list[Key]:
    """The other stacks, new as well, in which what a new stack sends begins: they can wait."""
    if states.action(sender) != "create":
        return []
    owners = {
        Key.owning(place.resource) for place in begins if place.resource and place.kind != SCHEDULE
    }
    return sorted(key for key in owners - {sender} if states.action(key) == "create")


def _sends_nothing_yet(states: States, sender: Key, begins: list[Place]) -> bool:
    """Whether a new stack sends only what a schedule sets off, or what begins in other new ones."""
    if states.action(sender) != "create":
        return False
    waiting = _made_elsewhere(states, sender, begins)
    return all(
        place.kind == SCHEDULE or (place.resource and Key.owning(place.resource) in waiting)
        for place in begins
    )


def _stopped_first(
    states: States,
    receiver: Key,
    before: dict[Delivery, Fate],
    after: dict[Delivery, Fate],
    events: list[Event],
) -> Iterator[DeliveryConstraint]:
    """What others still send fares worse once the receiver is as it will be."""
    meanwhile = states.with_new(receiver)
    for delivery, fate in _of_others(states, receiver, deliveries(meanwhile, events)):
        former, final = before.get(delivery), after.get(delivery)
        if former is None:
            continue
        ends_well = final is None or final.arrival < fate.arrival
        if fate.arrival > former.arrival and ends_well and origins(states.before, former.source):
            yield DeliveryConstraint(
                delivery.sender,
                receiver,
                "takes away",
                delivery,
                former.by,
                former.target.label,
                fate.arrival,
            )


def _yet(arrival: Arrival) -> str:
    return "is not there yet" if arrival is Arrival.NOWHERE else "does not admit it yet"
