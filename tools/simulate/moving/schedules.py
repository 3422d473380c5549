"""Schedules. A run that would find what the last one found is left out: it changes nothing.

That is so where the function that it ends in sent nothing, found nothing in the tables that it read
or for an hour did nothing about it, and these tables are as they were; for an hour, since what it
asks may be of the time.
"""

import math
from functools import partial
from typing import TYPE_CHECKING

from routes.network.model import Hop
from simulate.functions.invocation import Invocation
from simulate.state.tables import Table
from simulate.wiring import Wiring

if TYPE_CHECKING:
    from simulate.world import World


LEFT_OUT_S = 3600.0

Versions = dict[str, int]
"""The version of each table that an invocation read, by ARN."""


class Schedule:
    """One schedule, which runs at `first` and then each `period`."""

    def __init__(self, world: "World", hop: Hop) -> None:
        self._world, self._hop = world, hop
        self.function = _function_of(world.wiring, hop)
        self._queue = world.queues[hop.target.arn]
        self._period = Wiring.period(hop)
        chosen = world.chance.number("schedule", hop.resource.address)
        self._first = chosen * min(self._period, 60.0)
        self._ran = -LEFT_OUT_S
        self._due = 0
        self._found: tuple[Versions, float] | None = None
        self._idle: Versions | None = None
        self._next(0)

    def _next(self, number: int) -> None:
        self._due = number
        at = self._first + number * self._period
        self._world.loop.at(at, partial(self._run, number), aside=True)

    def _run(self, number: int) -> None:
        if number != self._due:
            return
        world, now = self._world, self._world.loop.now
        left_out = self._ran + LEFT_OUT_S - now
        if left_out > 0 and self.is_idle:
            world.waiting.records.same_again(self.function, now)
            self._next(number + max(1, math.ceil(left_out / self._period)))
            return
        if not self._queue.messages:
            self._ran = now
            world.buses.scheduled(
                self._hop, world.chance.short("schedule", self._hop.resource.address, number)
            )
        self._next(number + 1)

    def wake(self) -> None:
        """It is idle no more: it runs when it would have run."""
        if self._idle is None:
            return
        self._idle = None
        now = self._world.loop.now
        self._world.waiting.records.not_again(self.function, now)
        number = max(0, math.ceil((now - self._first) / self._period))
        if number < self._due:
            self._next(number)

    @property
    def is_idle(self) -> bool:
        """Whether a run would find what the last one found, which was nothing to do."""
        return self._idle is not None

    def changed(self, table: Table) -> None:
        """A table is not as it was."""
        if self._idle is not None and table.arn in self._idle:
            self.wake()

    def ended(self, invocation: Invocation, *, well: bool) -> None:
        """Notes what an invocation of its function found."""
        read, now, tables = invocation.read, self._world.loop.now, self._world.tables
        if not well or not read or invocation.sent:
            self._found = None
            self.wake()
            return
        if self._found is None or self._found[0] != read:
            self._found = (read, now)
        waits = invocation.found and now - self._found[1] < LEFT_OUT_S
        if waits or any(tables[arn].version != version for arn, version in read.items()):
            self.wake()
        else:
            self._idle = read


class Schedules:
    """The schedules of all accounts."""

    def __init__(self, world: "World") -> None:
        self._all = [Schedule(world, hop) for hop in world.wiring.of("schedule")]

    @property
    def all_idle(self) -> bool:
        """Whether no schedule would change anything."""
        return all(schedule.is_idle for schedule in self._all)

    def changed(self, table: Table) -> None:
        """A table is not as it was."""
        for schedule in self._all:
            schedule.changed(table)

    def ended(self, invocation: Invocation, *, well: bool) -> None:
        """Notes what an invocation found."""
        for schedule in self._all:
            if schedule.function == invocation.function.arn:
                schedule.ended(invocation, well=well)


def _function_of(wiring: Wiring, schedule: Hop) -> str:
    """The function in which a run ends: that which reads the schedule's queue."""
    for hop in wiring.routes.hops_from(schedule.target):
        if hop.kind == "event source mapping":
            return hop.target.arn
    return ""
