"""Shortens a history that broke a promise to the fewest of its faults that still break it.

The search is Zeller's delta debugging: parts of what happened are left out, larger ones first.
https://www.st.cs.uni-saarland.de/papers/tse2002/
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from simulate.history import History, Only, Simulation

Part = TypeVar("Part")

MOST_RUNS = 400


def shortened(simulation: Simulation, whole: History) -> Only:
    """What of a history is enough to break the promise that it broke first."""
    kind = whole.broken[0].kind
    runs = 0

    def breaks(only: Only) -> bool:
        nonlocal runs
        runs += 1
        return runs <= MOST_RUNS and any(
            each.kind == kind for each in simulation.run(whole.seed, only=only).broken
        )

    only = Only(frozenset(whole.faults), None)
    if not breaks(only):
        return Only()
    started = fewest(
        list(dict.fromkeys(whole.started)),
        lambda part: breaks(Only(only.faults, frozenset(part))),
    )
    only = Only(only.faults, frozenset(started))
    struck = simulation.run(whole.seed, only=only).faults
    faults = fewest(
        list(dict.fromkeys(struck)), lambda part: breaks(Only(frozenset(part), only.started))
    )
    return Only(frozenset(faults), only.started)


def fewest(parts: list[Part], enough: Callable[[Sequence[Part]], bool]) -> list[Part]:
    """Parts that are enough, of which none can be left out alone. All of them have to be enough."""
    size = len(parts)
    while size := size // 2 if size > 1 else 0:
        start = 0
        while start < len(parts):
            left = parts[:start] + parts[start + size :]
            if enough(left):
                parts = left
            else:
                start += size
    return [] if len(parts) == 1 and enough([]) else parts
