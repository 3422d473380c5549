"""Who comes to a drill, when, and what for: drawn from a seed."""

import random
from dataclasses import dataclass

DEPARTMENTS = ("billing", "billing", "fulfillment", "fulfillment", "sales")
CANCELS, OPENS, UPDATES, LOOKS = 0.25, 0.2, 0.3, 0.3
"""The shares of those who cancel; whom a ticket is about; of tickets that are updated; of those who
look at their order.
"""


@dataclass(frozen=True)
class Customer:
    """When one orders, and what then; in seconds, None for what does not happen."""

    number: int
    at: float
    cancels_after: float | None
    department: str | None
    opens_after: float
    is_updated: bool
    resolves_after: float
    looks: bool


def drawn(seed: int, seconds: float, count: int) -> list[Customer]:
    """So many customers, in the order in which they come."""
    chance = random.Random(f"customers {seed}")
    comes = sorted(chance.uniform(0, seconds) for _ in range(count))
    return [
        Customer(
            number=number,
            at=at,
            cancels_after=_soon(chance) if chance.random() < CANCELS else None,
            department=chance.choice(DEPARTMENTS) if chance.random() < OPENS else None,
            opens_after=_soon(chance),
            is_updated=chance.random() < UPDATES,
            resolves_after=_soon(chance),
            looks=chance.random() < LOOKS,
        )
        for number, at in enumerate(comes)
    ]


def _soon(chance: random.Random) -> float:
    """From hundredths of a second to four, each order of magnitude as often."""
    return float(10 ** chance.uniform(-2, 0.6))
