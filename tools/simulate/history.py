"""One history, from its beginning over its faults to the calm, and what must hold then."""

import gc
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass

from simulate.business import Broken, Business
from simulate.chance import Chance
from simulate.faults import Fault, Faults
from simulate.functions.clients import no_others
from simulate.functions.running import Handlers
from simulate.outside import Outside
from simulate.story import Line, Story
from simulate.watching.hearing import Rang, Unheard, Within
from simulate.watching.waiting import Printed
from simulate.wiring import Wiring
from simulate.world import World

CALM_FOR_S = 20 * 86_400.0
"""How long things may take, after the faults stop: longer than any queue keeps a message."""

MOST_STEPS = 20_000
"""More than twice those of any history that comes to rest."""

COLLECTED_AFTER = 10_000
"""Steps after which what a history has left behind is collected, before it is over."""


@dataclass(frozen=True)
class Ended:
    """A history at its end: the world, and what the business remembers."""

    world: World
    outside: Outside
    came_to_rest: bool

    def unheard(self, within: Within) -> Iterator[Unheard]:
        """What waited somewhere for longer than it may, with no alarm that rang for it."""
        return self.world.waiting.unheard(within)

    def rang(self) -> Iterator[Rang]:
        """The alarms that rang, and tell somebody."""
        return self.world.waiting.rang()


@dataclass(frozen=True)
class History:
    """What is left of a history when it is over."""

    seed: int
    counted: int
    deliveries: int
    faults: list[Fault]
    started: list[str]
    broken: list[Broken]
    lines: list[Line]
    ended: float


@dataclass(frozen=True)
class Only:
    """What of a history may happen: None for all of it."""

    faults: frozenset[Fault] | None = None
    started: frozenset[str] | None = None


class Simulation:
    """An app that histories are made of. `previous` are the handlers of its last release."""

    def __init__(
        self,
        wiring: Wiring,
        handlers: Handlers,
        business: Business,
        previous: Handlers | None = None,
    ) -> None:
        self.wiring, self.handlers, self.business = wiring, handlers, business
        self.previous = previous
        # What is loaded stays; what a history leaves behind is collected when it is over, and so is
        # what was loaded for the simulation before.
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        gc.disable()

    def run(
        self, seed: int, *, told: bool = False, only: Only = Only(), rate: float = 1.0
    ) -> History:
        """Runs the history of a seed. `rate` is that of its faults."""
        with no_others():
            history = self._run(seed, told, only, rate)
        gc.collect()
        return history

    def _run(self, seed: int, told: bool, only: Only, rate: float) -> History:
        chance, story = Chance(seed), Story(kept=told)
        faults = Faults(chance, only.faults, rate)
        active = self.business.ACTIVE_S
        world = World(
            self.wiring, self.handlers, self.business, chance, faults, story, active, self.previous
        )
        outside = Outside(world, only.started)
        counted = self.business.begin(outside)
        world.loop.at(active, lambda: _calm(world))
        with redirect_stdout(Printed(world)):
            at_rest = _run(world, active)
        broken = [Broken("stuck", subject, f"{what}: {how}") for what, subject, how in world.broken]
        broken += self.business.broken(Ended(world, outside, at_rest))
        return History(
            seed,
            counted,
            world.deliveries,
            faults.struck,
            outside.started,
            broken,
            story.lines,
            world.loop.now,
        )


def _calm(world: World) -> None:
    world.faults.calm = True
    world.tell("the faults", "stop here; what lasts, lasts on", "*")


def _run(world: World, active: float) -> bool:
    """Runs until nothing is on its way any more; False if that never comes."""
    loop = world.loop
    for step in range(1, MOST_STEPS + 1):
        if step % COLLECTED_AFTER == 0:
            gc.collect()
        if not loop.waiting and world.faults.calm and world.schedules.all_idle:
            return True
        if loop.now > active + CALM_FOR_S or world.broken or not loop.step():
            return False
    return False
