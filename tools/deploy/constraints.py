"""Which stack must deploy before which, and why, from what is sent in the states between.

A stack that sends something new waits for the one that admits it. A stack that stops admitting
waits for the one that stops sending. Neither is read off a resource type: both are found by asking
what would become of each delivery while one of the two stacks is old and the other is new.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from deploy.deliveries import Arrival, Delivery, Event, Fate, deliveries, events_of, flows
from deploy.states import Key, States

Kind = Literal["adds", "takes away"]


@dataclass(frozen=True)
class Constraint:
    """`first` must deploy before `then`: what `by` sends would not arrive otherwise."""

    first: Key
    then: Key
    kind: Kind
    delivery: Delivery
    by: str
    to: str
    arrival: Arrival
    unclaimed: bool = False

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


def constraints(states: States) -> list[Constraint]:
    """Every constraint between two stacks that a deploy changes."""
    events = events_of(states.before, states.after)
    before, after = deliveries(states.before, events), deliveries(states.after, events)
    found: list[Constraint] = []
    for key in states.changed:
        found.extend(_admitted_first(states, key, before, after, events))
        found.extend(_stopped_first(states, key, before, after, events))
    return found


def _admitted_first(
    states: States,
    receiver: Key,
    before: dict[Delivery, Fate],
    after: dict[Delivery, Fate],
    events: list[Event],
) -> Iterator[Constraint]:
    """What others will send fares worse while the receiver is as it was."""
    meanwhile = states.with_old(receiver)
    for delivery, fate in deliveries(meanwhile, events).items():
        final, former = after.get(delivery), before.get(delivery)
        if delivery.sender == receiver or delivery.sender not in states.changed or final is None:
            continue
        worse = fate.arrival > final.arrival
        unclaimed = fate.ends and not final.ends and fate.target.kind in ("bus", "topic")
        if former is not None:
            # What is no worse than today is no reason to wait.
            worse = worse and fate.arrival > former.arrival
            unclaimed = False
        if (worse or unclaimed) and flows(meanwhile, fate.source):
            yield Constraint(
                receiver,
                delivery.sender,
                "adds",
                delivery,
                fate.by,
                final.target.label,
                fate.arrival,
                unclaimed=not worse,
            )


def _stopped_first(
    states: States,
    receiver: Key,
    before: dict[Delivery, Fate],
    after: dict[Delivery, Fate],
    events: list[Event],
) -> Iterator[Constraint]:
    """What others still send fares worse once the receiver is as it will be."""
    meanwhile = states.with_new(receiver)
    fates = deliveries(meanwhile, events)
    for delivery, former in before.items():
        fate, final = fates.get(delivery), after.get(delivery)
        if delivery.sender == receiver or delivery.sender not in states.changed or fate is None:
            continue
        ends_well = final is None or final.arrival < fate.arrival
        if fate.arrival > former.arrival and ends_well and flows(states.before, former.source):
            yield Constraint(
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
