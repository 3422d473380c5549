"""Schedules. A run that would find what the last one found is left out: it changes nothing.

That is so where the function that it ends in sent nothing, found nothing in the tables that it read
or for an hour did nothing about it, and these tables are as they were; for an hour, since what it
asks may be of the time.
"""

from typing import TYPE_CHECKING

from routes.network.model import Hop
from simulate.functions.invocation import Invocation
from simulate.watching.metrics import SAME_AGAIN
from simulate.wiring import Wiring

if TYPE_CHECKING:
    from simulate.world import World


LEFT_OUT_S = 3600.0


class Schedules:
    """The schedules of all accounts."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._found_nothing: dict[str, dict[str, int]] = {}
        self._found: dict[str, tuple[dict[str, int], float]] = {}
        self._ran: dict[str, float] = {}
        self._ends: dict[str, str] = {}
        for hop in world.wiring.of("schedule"):
            self._ends[hop.target.arn] = _function_of(world.wiring, hop)
            period = Wiring.period(hop)
            shift = world.chance.number("schedule", hop.resource.address) * min(period, 60.0)
            self._next(hop, 0, shift, period)

    def _next(self, hop: Hop, number: int, at: float, period: float) -> None:
        self._world.loop.at(at, lambda: self._run(hop, number, at, period), aside=True)

    def _run(self, hop: Hop, number: int, at: float, period: float) -> None:
        world = self._world
        queue = world.queues[hop.target.arn]
        ago = world.loop.now - self._ran.get(hop.resource.address, -LEFT_OUT_S)
        if (ago >= LEFT_OUT_S or not self.is_idle(hop)) and not queue.messages:
            self._ran[hop.resource.address] = world.loop.now
            key = world.chance.short("schedule", hop.resource.address, number)
            world.buses.scheduled(hop, key)
        elif not queue.messages:
            world.waiting.records.count(self._ends[hop.target.arn], SAME_AGAIN, world.loop.now)
        self._next(hop, number + 1, at + period, period)

    def is_idle(self, hop: Hop) -> bool:
        """Whether a run would find what the last one found, which was nothing."""
        read = self._found_nothing.get(self._ends[hop.target.arn])
        tables = self._world.tables
        return read is not None and all(tables[arn].version == at for arn, at in read.items())

    @property
    def all_idle(self) -> bool:
        """Whether no schedule would change anything."""
        return all(map(self.is_idle, self._world.wiring.of("schedule")))

    def ended(self, invocation: Invocation, *, well: bool) -> None:
        """Notes what an invocation found."""
        function, read, now = invocation.function.arn, invocation.read, self._world.loop.now
        if not well or not read or invocation.sent:
            self._found.pop(function, None)
            self._found_nothing.pop(function, None)
            return
        before, since = self._found.get(function, ({}, now))
        if before != read:
            since = now
        self._found[function] = (read, since)
        if invocation.found and now - since < LEFT_OUT_S:
            self._found_nothing.pop(function, None)
        else:
            self._found_nothing[function] = read


def _function_of(wiring: Wiring, schedule: Hop) -> str:
    """The function in which a run ends: that which reads the schedule's queue."""
    for hop in wiring.routes.hops_from(schedule.target):
        if hop.kind == "event source mapping":
            return hop.target.arn
    return ""
