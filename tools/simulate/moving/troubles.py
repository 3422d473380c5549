"""Troubles that last: functions without concurrency, mappings off, permissions and places gone.

And what people do meanwhile: replay an archive, redrive what is dead.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from routes.network.model import Hop
from simulate.story import EVERYBODY

if TYPE_CHECKING:
    from simulate.world import World

LASTS_S = (120.0, 6 * 3600.0)
LONG_S = (24 * 3600.0, 30 * 3600.0)
"""How long something lasts: mostly, and where no message is received meanwhile, sometimes."""
LONG = {"consumer off": 0.15, "reader off": 0.5}
"""How often it lasts long: a stream of a table forgets after a day."""

MAY_BE_DOWN = ("queue", "table", "bus", "topic", "bucket", "stream")
MAY_BE_CLOSED = ("queue", "bus", "topic")


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
        self._old: dict[str, float] = {}

    def begin(self) -> None:
        """Decides what will go wrong, and when."""
        wiring = self._world.wiring
        for function in wiring.functions.values():
            self._maybe(self._throttled, function.arn, "function throttled", function.name)
            for arn in self._called_by(function.arn):
                names = (function.name, arn.partition(":::")[2] or arn.rpartition(":")[2])
                self._maybe(self._denied, (function.arn, arn), "permission gone", *names)
        for hop in wiring.hops:
            if hop.kind == "event source mapping":
                kind = "consumer off" if hop.source.kind == "queue" else "reader off"
                self._maybe(self._off, hop.resource.address, kind, hop.source.label)
            if hop.kind in ("rule", "subscription"):
                about = (hop.label, hop.target.label)
                self._maybe(self._refused, hop.resource.address, "permission gone", *about)
        for kind in MAY_BE_DOWN:
            for place in wiring.places(kind):
                self._maybe(self._down, place.arn, "place down", place.label, place.account)
                if kind in MAY_BE_CLOSED:
                    name = (place.label, place.account)
                    self._maybe(self._closed, place.arn, "place closed", *name)
        self._people()

    def deploy(self) -> None:
        """Decides which stacks are deployed in the middle of the history, and when."""
        for stack in sorted({each.stack for each in self._world.wiring.functions.values()}):
            if self._world.faults.strikes("old release", stack):
                until = self._world.chance.between(0, self._active, "deployed", stack)
                self._old[stack] = until
                told = f"for {until / 60:.0f} minutes"
                self._world.struck("old release", stack, told, EVERYBODY)

    def _people(self) -> None:
        """What people do: they replay archives, and redrive what is dead."""
        world, wiring = self._world, self._world.wiring
        for bus in wiring.places("bus"):
            if world.faults.strikes("replay", bus.name):
                since = world.chance.between(0, self._active, "replayed since", bus.name)
                self._once("replay", bus.label, partial(world.buses.replay, bus, since))
        for place in wiring.places("queue"):
            dead = world.queues[place.arn]
            sources = [each for each in world.queues.values() if each.dead_letters is dead]
            if len(sources) == 1 and world.faults.strikes("redrive", place.name):
                self._once("redrive", place.label, partial(world.redrive, dead, sources[0]))

    def _called_by(self, function: str) -> list[str]:
        """The places that a function's role lets it send to."""
        routes = self._world.wiring.routes
        return [sender.target.arn for sender in routes.senders if sender.source.arn == function]

    def _maybe(self, troubles: dict[Any, Trouble], key: object, kind: str, *about: str) -> None:
        world = self._world
        if not world.faults.strikes(kind, *about):
            return
        begins = world.chance.between(0, self._active * 0.8, "begins", kind, *about)
        is_long = world.chance.number("long", *about) < LONG.get(kind, 0.0)
        low, high = LONG_S if is_long else LASTS_S
        lasts = low * (high / low) ** world.chance.number("lasts", kind, *about)
        trouble = Trouble(begins, begins + lasts)
        troubles[key] = trouble
        where = " to ".join(about[:2]) if kind == "permission gone" else about[0]
        told = f"for {lasts / 60:.0f} minutes"
        world.loop.at(begins, partial(world.struck, kind, where, told, EVERYBODY), aside=True)

    def _once(self, kind: str, where: str, what: Callable[[], None]) -> None:
        world = self._world

        def do() -> None:
            world.struck(kind, where, "", EVERYBODY)
            what()

        world.loop.at(world.chance.between(0, self._active, kind, where), do)

    def deployed_at(self, stack: str) -> float:
        """When a stack is deployed; 0 where it is from the start."""
        return self._old.get(stack, 0.0)

    def is_old(self, stack: str) -> bool:
        """Whether a stack has yet to be deployed."""
        return self._world.loop.now < self.deployed_at(stack)

    def is_throttled(self, function: str) -> bool:
        """Whether a function, by ARN, that is to be invoked gets no concurrency now."""
        throttled = self._is(self._throttled.get(function))
        if throttled:
            world = self._world
            world.waiting.records.count(function, "Throttles", world.loop.now)
        return throttled

    def off_until(self, mapping: Hop) -> float | None:
        """When a mapping that is off now will be on; None if it is on."""
        trouble = self._off.get(mapping.resource.address)
        return trouble.ends if trouble and self._is(trouble) else None

    def on_since(self, place: str) -> float:
        """Since when a place is read again, by ARN, whose mapping was off; 0 where none was."""
        ends = [
            trouble.ends
            for hop in self._world.wiring.of("event source mapping")
            if hop.source.arn == place and (trouble := self._off.get(hop.resource.address))
        ]
        return max((end for end in ends if end <= self._world.loop.now), default=0.0)

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
