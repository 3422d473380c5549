"""Schedules. A run that would find what the last one found is left out: it changes nothing.

That is so where the function that it ends in sent nothing, found nothing in what it read or for an
hour did nothing about it, and all that it read is as it was. What was there may have its time: so
a run is left out for an hour at most, unless what was read was empty, and is.
"""

import math
from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING

from routes.network.model import Hop
from simulate.functions.invocation import Invocation, Reads
from simulate.state.tables import Table
from simulate.wiring import Wiring

if TYPE_CHECKING:
    from simulate.world import World


LEFT_OUT_S = 3600.0


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
        self._due: int | None = 0
        self._found: tuple[Reads, float] | None = None
        self._nothing: Reads | None = None
        """What a run read that had nothing to do."""
        self._tables: set[str] = set()
        """The tables of that, by ARN."""
        self._next(0)

    def _next(self, number: int) -> None:
        self._due = number
        at = self._first + number * self._period
        self._world.loop.at(at, partial(self._run, number), aside=True)

    def _run(self, number: int) -> None:
        if number != self._due:
            return
        world, now = self._world, self._world.loop.now
        if self.is_idle and (left_out := self._left_out(now)) > 0:
            world.waiting.records.same_again(self.function, now)
            self._due = None
            if left_out < math.inf:
                self._next(number + max(1, math.ceil(left_out / self._period)))
            return
        if not self._queue.messages:
            self._ran = now
            world.buses.scheduled(
                self._hop, world.chance.short("schedule", self._hop.resource.address, number)
            )
        self._next(number + 1)

    def _left_out(self, now: float) -> float:
        """For how long runs of a schedule that is idle may be left out."""
        if self._nothing is not None and not any(self._nothing.values()):
            return math.inf
        return self._ran + LEFT_OUT_S - now

    def _wake(self) -> None:
        """It may be idle no more: it runs when it would have run."""
        now = self._world.loop.now
        self._world.waiting.records.not_again(self.function, now)
        number = max(0, math.ceil((now - self._first) / self._period))
        if self._due is None or number < self._due:
            self._next(number)

    @property
    def is_idle(self) -> bool:
        """Whether a run would find what the last one found, which was nothing to do."""
        tables = self._world.tables
        return self._nothing is not None and all(
            tables[arn].shows(index) == was for (arn, index), was in self._nothing.items()
        )

    def changed(self, table: Table) -> None:
        """A table is not as it was."""
        if table.arn in self._tables and not self.is_idle:
            self._wake()

    def ended(self, invocation: Invocation) -> None:
        """Notes what an invocation of its function found, which ended well."""
        read, now = invocation.read, self._world.loop.now
        if not read or invocation.sent:
            self.failed()
            return
        if self._found is None or self._found[0] != read:
            self._found = (read, now)
        if invocation.found and now - self._found[1] < LEFT_OUT_S:
            self._is_busy()
            return
        self._nothing, self._tables = read, {arn for arn, _ in read}
        if not self.is_idle:
            self._wake()

    def failed(self) -> None:
        """Notes that an invocation of its function did something, or failed to."""
        self._found = None
        self._is_busy()

    def _is_busy(self) -> None:
        self._nothing, self._tables = None, set()
        self._wake()


class Schedules:
    """The schedules of all accounts."""

    def __init__(self, world: "World") -> None:
        self._all = [Schedule(world, hop) for hop in world.wiring.of("schedule")]
        self._of: dict[str, list[Schedule]] = defaultdict(list)
        for schedule in self._all:
            self._of[schedule.function].append(schedule)

    @property
    def all_idle(self) -> bool:
        """Whether no schedule would change anything."""
        return all(schedule.is_idle for schedule in self._all)

    def changed(self, table: Table) -> None:
        """A table is not as it was."""
        for schedule in self._all:
            schedule.changed(table)

    def ended(self, function: str, invocation: Invocation | None) -> None:
        """Notes what an invocation of a function, by ARN, found; None where it failed."""
        for schedule in self._of.get(function, ()):
            if invocation is None:
                schedule.failed()
            else:
                schedule.ended(invocation)


def _function_of(wiring: Wiring, schedule: Hop) -> str:
    """The function in which a run ends: that which reads the schedule's queue."""
    for hop in wiring.routes.hops_from(schedule.target):
        if hop.kind == "event source mapping":
            return hop.target.arn
    return ""
