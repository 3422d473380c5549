"""Troubles that last: functions without concurrency, mappings off, permissions and places gone.

And what people do meanwhile: replay an archive, redrive what is dead.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from routes.network.model import Hop

if TYPE_CHECKING:
    from simulate.world import World

LASTS_S = (120.0, 6 * 3600.0)


@dataclass(frozen=True)
class Trouble:
    """Something that is so from a time to another."""

    begins: float
    ends: float


class Troubles:
    """The troubles of one history, all within `active` seconds from its beginning."""

    def __init__(self, world: "World", active: float) -> None:
        self._world, self._active = world, active
        self._throttled: dict[str, Trouble] = {}
        self._off: dict[str, Trouble] = {}
        self._refused: dict[str, Trouble] = {}
        self._denied: dict[tuple[str, str], Trouble] = {}
        self._down: dict[str, Trouble] = {}
        self._closed: dict[str, Trouble] = {}

    def begin(self) -> None:
        """Decides what will go wrong, and when."""
        world, wiring = self._world, self._world.wiring
        for function in wiring.functions.values():
            self._maybe(self._throttled, function.arn, "function throttled", function.name)
            for place in self._called_by(function.arn):
                names = (function.name, place.partition(":::")[2] or place.rpartition(":")[2])
                self._maybe(self._denied, (function.arn, place), "permission gone", *names)
        for hop in wiring.hops:
            if hop.kind == "event source mapping":
                self._maybe(self._off, hop.resource.address, "consumer off", hop.source.label)
            if hop.kind in ("rule", "subscription"):
                about = (hop.label, hop.target.label)
                self._maybe(self._refused, hop.resource.address, "permission gone", *about)
        for kind in ("queue", "table", "bus", "topic", "bucket", "stream"):
            for place in wiring.places(kind):
                self._maybe(self._down, place.arn, "place down", place.label, place.account)
        for kind in ("queue", "bus", "topic"):
            for place in wiring.places(kind):
                self._maybe(self._closed, place.arn, "place closed", place.label, place.account)
        for bus in wiring.places("bus"):
            if world.faults.strikes("replay", bus.name):
                since = world.chance.between(0, self._active, "replayed since", bus.name)
                replay: Callable[[], None] = lambda bus=bus, since=since: (  # noqa: E731
                    world.buses.replay(bus, since)
                )
                self._once("replay", bus.label, replay)
        for queue in wiring.places("queue"):
            sources = [each for each in world.queues.values() if each.dead_letters is not None]
            back = [each for each in sources if each.dead_letters is world.queues[queue.arn]]
            if len(back) == 1 and world.faults.strikes("redrive", queue.name):
                move: Callable[[], None] = lambda queue=queue, to=back[0]: world.redrive(  # noqa: E731
                    world.queues[queue.arn], to
                )
                self._once("redrive", queue.label, move)

    def _called_by(self, function: str) -> list[str]:
        """The places that a function's role lets it send to."""
        routes = self._world.wiring.routes
        return [sender.target.arn for sender in routes.senders if sender.source.arn == function]

    def _maybe(self, kind_of: dict, key: object, kind: str, *about: str) -> None:  # type: ignore[type-arg]
        world = self._world
        if not world.faults.strikes(kind, *about):
            return
        begins = world.chance.between(0, self._active * 0.8, "begins", kind, *about)
        low, high = LASTS_S
        lasts = low * (high / low) ** world.chance.number("lasts", kind, *about)
        trouble = Trouble(begins, begins + lasts)
        kind_of[key] = trouble
        where = " to ".join(about[:2]) if kind == "permission gone" else about[0]
        told = lambda: world.struck(kind, where, f"for {lasts / 60:.0f} minutes", "*")  # noqa: E731
        world.loop.at(begins, told, aside=True)

    def _once(self, kind: str, where: str, what: Callable[[], None]) -> None:
        world = self._world

        def do() -> None:
            world.struck(kind, where, "", "*")
            what()

        world.loop.at(world.chance.between(0, self._active, kind, where), do)

    def is_throttled(self, function: str) -> bool:
        """Whether a function, by ARN, gets no concurrency now."""
        return self._is(self._throttled.get(function))

    def off_until(self, mapping: Hop) -> float | None:
        """When a mapping that is off now will be on; None if it is on."""
        trouble = self._off.get(mapping.resource.address)
        return trouble.ends if trouble and self._is(trouble) else None

    def refusal(self, hop: Hop) -> str:
        """Why a rule or subscription may not deliver now; empty if it may."""
        closed = self._is(self._closed.get(hop.target.arn))
        return "taken away" if closed or self._is(self._refused.get(hop.resource.address)) else ""

    def denied(self, function: str, place: str) -> bool:
        """Whether a function has lost its permission to call a place, both by ARN."""
        lost = self._is(self._denied.get((function, place)))
        return lost or self._is(self._closed.get(place))

    def is_down(self, place: str) -> bool:
        """Whether a place, by ARN, answers with errors now."""
        return self._is(self._down.get(place))

    def _is(self, trouble: Trouble | None) -> bool:
        return trouble is not None and trouble.begins <= self._world.loop.now < trouble.ends
