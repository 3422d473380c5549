"""Walks one event through the routes: each hop it meets, what becomes of it, to the end."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from routes.filters.filter_policies import attributes_match, body_matches
from routes.filters.matching import Fields, any_matches, flatten
from routes.filters.misses import Miss, misses
from routes.filters.model import Filter
from routes.journeys.graph import Routes
from routes.journeys.messages import Message, after, seen_by
from routes.network.dispatch import literals_of
from routes.network.model import Hop, Place
from routes.reading.tokens import is_known, tokens

_ENDS = {
    "API destination",
    "ECS cluster",
    "archive",
    "bucket",
    "bus",
    "delivery stream",
    "function",
    "log group",
    "queue",
    "state machine",
    "stream",
    "table",
    "topic",
}

# What leaves these is made by code: another message.
_WORKS = ("function", "state machine", "ECS cluster")


def known_event(event: dict[str, Any]) -> dict[str, Any] | None:
    """Returns an event if what conditions of policies go by is known of it."""
    return event if {"source", "detail-type"} <= event.keys() else None


def is_followed(place: Place) -> bool:
    """Returns whether what becomes of a message at a place is known here."""
    return place.kind in _ENDS


class Outcome(Enum):
    """What becomes of an event at a hop."""

    DELIVERED = "delivered"
    MISSED = "no match"
    DENIED = "denied"
    DROPPED = "dropped"
    DISABLED = "disabled"
    UNKNOWN = "unknown"
    NOT_FOLLOWED = "not followed"


_ARRIVED = (Outcome.DELIVERED, Outcome.UNKNOWN, Outcome.NOT_FOLLOWED)


@dataclass(eq=False)
class Step:
    """One hop that an event met. `steps` are the hops it meets after it."""

    hop: Hop
    outcome: Outcome
    reason: str = ""
    misses: list[Miss] = field(default_factory=list)
    steps: list["Step"] = field(default_factory=list)
    is_end: bool = False

    @property
    def arrived(self) -> bool:
        """Whether the event is, or may be, at the hop's target."""
        return self.outcome in _ARRIVED


@dataclass(eq=False)
class Journey:
    """The whole way of one event from one bus, or of what enters at another place."""

    event: dict[str, Any]
    start: Place
    steps: list[Step]

    def every_step(self) -> Iterator[tuple[Step, ...]]:
        """Yields each step of the journey with those that lead to it."""
        stack: list[tuple[Step, ...]] = [(step,) for step in reversed(self.steps)]
        while stack:
            trail = stack.pop()
            yield trail
            stack.extend((*trail, step) for step in reversed(trail[-1].steps))

    def ends(self) -> list[tuple[Step, ...]]:
        """Returns the trails at whose end the event stays: consumers and taps."""
        return [trail for trail in self.every_step() if trail[-1].is_end]

    def consumers(self) -> list[Place]:
        """Returns the places that get the event to work on it, archives and audit logs left out."""
        found = [trail[-1].hop.target for trail in self.ends() if not trail[-1].hop.is_tap]
        return list(dict.fromkeys(found))


def walk(routes: Routes, event: dict[str, Any], bus: Place) -> Journey:
    """Returns the journey of an event (a whole EventBridge envelope) that is put on a bus."""
    walker = _Walk(routes, event, flatten(event))
    return Journey(
        event, bus, walker.steps(bus, Message.of(event), frozenset({bus.arn}), all_=True)
    )


def delivered(
    routes: Routes, event: dict[str, Any], bus: Place, *, made_up: bool = False
) -> Journey:
    """As `walk`, without the hops that do not match: what a proof needs, in linear time.

    Of a made-up event only source and detail-type count: a field that it lacks leaves open
    whether a real one matches.
    """
    walker = _Walk(routes, event, flatten(event), made_up)
    return Journey(
        event, bus, walker.steps(bus, Message.of(event), frozenset({bus.arn}), all_=False)
    )


def entered(routes: Routes, place: Place) -> Journey:
    """Returns the journey of whatever enters at a place: what filters make of it is not known."""
    message = Message({}, None, opaque="only what passes the filter")
    walker = _Walk(routes, {}, {}, made_up=True)
    return Journey({}, place, walker.steps(place, message, frozenset({place.arn}), all_=True))


@dataclass
class _Walk:
    routes: Routes
    event: dict[str, Any]
    fields: Fields
    made_up: bool = False

    def steps(
        self, place: Place, message: Message, trail: frozenset[str], *, all_: bool
    ) -> list[Step]:
        routes = self.routes
        whole = message.body is self.event
        hops = routes.hops_for(place, self.event) if whole and not all_ else routes.hops_from(place)
        return [self._step(hop, message, trail, all_=all_) for hop in hops]

    def _step(self, hop: Hop, message: Message, trail: frozenset[str], *, all_: bool) -> Step:
        step = self._filtered(hop, message)
        if step.outcome is not Outcome.MISSED:
            step = self._permitted(step, message)
        if not step.arrived:
            return step
        target = hop.target
        if target.arn in trail:
            step.reason = step.reason or f"{target.label} had the event before: a loop"
            return step
        onward = self.routes.hops_from(target)
        if target.kind not in _WORKS:
            step.steps = self.steps(target, after(message, hop), trail | {target.arn}, all_=all_)
        step.is_end = target.kind in _WORKS or (not onward and target.kind not in ("bus", "topic"))
        return step

    def _filtered(self, hop: Hop, message: Message) -> Step:
        unknown = ""
        for one in hop.filters:
            if one.error:
                return Step(hop, Outcome.MISSED, f"the pattern is invalid: {one.error}")
            seen = seen_by(message, one, hop)
            if seen is None:
                unknown = message.opaque or f"what {hop.label} filters is not in the event"
                continue
            if self._matches(one, seen):
                continue
            if tokens(one.patterns):
                unknown = f"the pattern has {tokens(one.patterns)[0]}"
                continue
            if not isinstance(seen, dict):
                return Step(hop, Outcome.MISSED, "the message is not a JSON object")
            missed = misses(one, seen)
            is_open = self.made_up if message.whole is None else not message.whole
            # `*` stands in a made-up event for what its rule leaves open.
            open_values = (None, '"*"') if is_open else ()
            if all(miss.value in open_values or tokens(miss.value) for miss in missed):
                unknown = "only where " + "; ".join(f"{m.path} is {m.wanted}" for m in missed)
                continue
            return Step(hop, Outcome.MISSED, "", missed)
        return Step(hop, Outcome.UNKNOWN if unknown else Outcome.DELIVERED, unknown)

    def _matches(self, one: Filter, seen: Any) -> bool:
        if one.scope == "attributes":
            return attributes_match(one.alternatives, seen)
        if one.scope == "body":
            return body_matches(one.alternatives, seen)
        return any_matches(one.alternatives, self.fields if seen is self.event else flatten(seen))

    def _event_at(self, hop: Hop, message: Message) -> dict[str, Any] | None:
        """What conditions of a policy may go by: of a made-up event only what the rule names."""
        if hop.sends is not None and hop.target.kind == "bus":
            return known_event(hop.sends)
        if message.event is not self.event:
            return known_event(message.event)
        if not self.made_up:
            return self.event
        named = self.event and all(
            self.event[key] in literals_of(hop, key) for key in ("source", "detail-type")
        )
        return self.event if named else None

    def _permitted(self, step: Step, message: Message) -> Step:
        hop = step.hop
        if not hop.enabled:
            return Step(hop, Outcome.DISABLED, f"{hop.label} is disabled")
        if hop.kind == "rule" and hop.target.kind == "bus" and message.bus_hops:
            reason = "a second bus-to-bus hop: EventBridge drops the event"
            return Step(hop, Outcome.DROPPED, reason)
        decision = self.routes.permitted(hop, self._event_at(hop, message))
        if decision.denied:
            return Step(hop, Outcome.DENIED, decision.reason)
        if not is_known(hop.target.name) and hop.target.resource is None:
            return Step(
                hop, Outcome.UNKNOWN, f"the target is known at deployment: {hop.target.name}"
            )
        if not is_followed(hop.target):
            reason = f"{hop.target.label}: this kind of target is not followed"
            return Step(hop, Outcome.NOT_FOLLOWED, reason)
        if decision.effect.value == "unknown" and step.outcome is Outcome.DELIVERED:
            return Step(hop, Outcome.UNKNOWN, decision.reason)
        return step
