"""The pace at which things are moved, what is shown meanwhile, and the last line."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

Step = Callable[[], None]


class Pace:
    """Lets so many things pass a second, evenly."""

    def __init__(self, per_second: float, sleep: Callable[[float], None] = time.sleep) -> None:
        self._gap = 1 / per_second
        self._sleep = sleep
        self._next = time.monotonic()

    def wait(self) -> None:
        """Returns when the next one may pass."""
        now = time.monotonic()
        if self._next > now:
            self._sleep(self._next - now)
        self._next = max(self._next, now) + self._gap


@dataclass
class Moved:
    """What a command moved from a place, or would move, and what it left and why.

    `on_their_way` are those that move by themselves.
    """

    place: str
    dry_run: bool = False
    moved: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    on_their_way: int = 0

    @property
    def line(self) -> str:
        """The last line: how many went where, how many stayed."""
        verb = "would move" if self.dry_run else "moved"
        went = ", ".join(f"{count} to {target}" for target, count in self.moved.most_common())
        stayed = f"; {self.left.total()} stayed" if self.left else ""
        moving = f"; {self.on_their_way} are on their way" if self.on_their_way else ""
        return f"{self.place}: {verb} {went or 'nothing'}{stayed}{moving}"

    def lines(self) -> Iterator[str]:
        """Why things stayed, and the last line."""
        for reason, count in self.left.most_common():
            yield f"  {count} stayed: {reason}"
        yield self.line

    def as_json(self) -> dict[str, Any]:
        """The same as JSON."""
        return {
            "place": self.place,
            "dryRun": self.dry_run,
            "moved": dict(self.moved),
            "left": dict(self.left),
            "onTheirWay": self.on_their_way,
        }


@contextmanager
def shown(what: str, total: int) -> Iterator[Step]:
    """Shows a bar on standard error, where that is a terminal; the step moves it on by one."""
    console = Console(stderr=True)
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as bar:
        task = bar.add_task(what, total=total)
        yield lambda: bar.advance(task)
