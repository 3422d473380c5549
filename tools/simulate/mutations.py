"""Mistakes that are made on purpose, to see that histories find them."""
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

@dataclass(frozen=True)
class Mutation:
    """A mistake."""
    name: str
