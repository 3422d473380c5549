"""One invocation of a function, as its handler's clock, chance and clients see it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from simulate.wiring import Function
    from simulate.world import World

APART_S = 8.0
"""How far the clock of a function may be from the others', at most, to either side."""


DIED = "its process died"
"""Why there is no answer of a process that ended."""

Reads = dict[tuple[str, str | None], int]
"""What an invocation read, a table by its ARN or an index of it, and what that showed."""


class Crash(BaseException):
    """The function's process ends here: no code of it sees that."""


@dataclass(eq=False)
class Invocation:
    """An invocation. `key` says what of: choices in it are a function of that.

    `calls` and `sent` count its calls, and those that sent something; `read` has what it read, and
    `found` says whether there was anything. Its process dies after the `last_call`, where there is
    one.
    """

    world: "World"
    function: "Function"
    key: str
    about: str
    last_call: int | None = None
    calls: int = 0
    sent: int = 0
    found: bool = False
    read: Reads = field(default_factory=dict)
    _drawn: int = 0
    _apart: float = 0.0
    _began: float = field(init=False)

    def __post_init__(self) -> None:
        self._began = self.world.loop.now
        if self.world.strikes("clock apart", self.function.name, self.about, self.key):
            self._apart = self.world.chance.between(-APART_S, APART_S, "apart", self.key)

    def clock(self) -> datetime:
        """The time on the function's own clock."""
        return self.world.loop.time + timedelta(seconds=self._apart)

    @property
    def left(self) -> float:
        """The seconds that the function's timeout leaves."""
        return self._began + self.function.timeout - self.world.loop.now

    def wait(self, seconds: float) -> None:
        """Lets time pass. Crash if the function's time is over meanwhile."""
        left = self.left
        self.world.loop.sleep(max(0.0, min(seconds, left)))
        if seconds > left:
            self.world.tell(self.function.name, "timed out", self.about)
            raise Crash(f"timed out after {self.function.timeout:g} s")

    def number(self) -> float:
        """A number that the handler draws."""
        self._drawn += 1
        return self.world.chance.number("drawn", self.key, self._drawn)

    def id(self) -> UUID:
        """An id that the handler makes."""
        self._drawn += 1
        return self.world.chance.id("id", self.key, self._drawn)
