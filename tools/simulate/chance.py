"""The one source of choice. Each choice is a function of the seed and of what it is about.

What it is about, and not how many choices came before, decides: so a history that is run again
without one of its faults stays as it was everywhere else, as far as it can.
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar
from uuid import UUID

Value = TypeVar("Value")

_WHOLE = 1 << 64


class Chance:
    """Choices of one history."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._seed = f"{seed}\x1f"

    def number(self, *about: object) -> float:
        """A number from 0 up to, and without, 1."""
        # Not `_digest`: it is a tenth of all that a history takes.
        text = self._seed + "\x1f".join(map(str, about))
        return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big") / _WHOLE

    def between(self, low: float, high: float, *about: object) -> float:
        """A number between two."""
        return low + (high - low) * self.number(*about)

    def whole(self, low: int, high: int, *about: object) -> int:
        """An integer between two, which are both possible."""
        return low if low == high else low + int(self.number(*about) * (high - low + 1))

    def pick(self, choices: Sequence[Value], *about: object) -> Value:
        """One of several."""
        return choices[int(self.number(*about) * len(choices))]

    def id(self, *about: object) -> UUID:
        """An id as uuid4 makes it."""
        return UUID(bytes=self._digest(about, 16), version=4)

    def short(self, *about: object) -> str:
        """A short name for what may be long."""
        return self._digest(about, 5).hex()

    def _digest(self, about: tuple[object, ...], size: int) -> bytes:
        text = self._seed + "\x1f".join(map(str, about))
        return blake2b(text.encode(), digest_size=size).digest()
