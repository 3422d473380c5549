"""Virtual time: what happens next, and processes that wait in it.

A process is a greenlet: it runs until it waits, and nothing else runs meanwhile. So handlers
interleave between any two of their calls, in an order that the seed decides alone.
"""

import heapq
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from greenlet import getcurrent, greenlet

BEGIN = datetime(2026, 3, 2, 8, tzinfo=UTC)
"""When every history begins."""


class Process(greenlet):
    """A piece of code that waits in virtual time. `about` is whatever it runs for."""

    about: Any = None


class Loop:
    """What is due, by virtual time in seconds since the beginning.

    What is `aside` (a schedule's next run, a deletion by time to live) does not keep a history from
    its end.
    """

    def __init__(self) -> None:
        self.now = 0.0
        self.waiting = 0
        """How much is due that is not aside."""
        self._due: list[tuple[float, int, bool, Callable[[], object]]] = []
        self._count = 0
        self._hub = getcurrent()

    @property
    def time(self) -> datetime:
        """The virtual time of day."""
        return BEGIN + timedelta(seconds=self.now)

    def at(self, when: float, what: Callable[[], object], *, aside: bool = False) -> None:
        """Does something at a time, or now if that is over."""
        self._count += 1
        self.waiting += not aside
        heapq.heappush(self._due, (max(when, self.now), self._count, aside, what))

    def after(self, seconds: float, what: Callable[[], object]) -> None:
        """Does something later."""
        self.at(self.now + seconds, what)

    def start(self, what: Callable[[], object], about: Any = None) -> None:
        """Starts a process now."""
        process = Process(what, self._hub)
        process.about = about
        process.switch()

    def sleep(self, seconds: float) -> None:
        """Has the process that calls it wait."""
        self.after(seconds, getcurrent().switch)
        self.pause()

    def pause(self) -> None:
        """Has the process that calls it wait until something goes on with it."""
        self._hub.switch()

    def step(self) -> bool:
        """Does what is due next; False if nothing is."""
        if not self._due:
            return False
        self.now, _, aside, what = heapq.heappop(self._due)
        self.waiting -= not aside
        what()
        return True


def running() -> Any:
    """What the process that runs is about; None outside of any."""
    return getattr(getcurrent(), "about", None)
