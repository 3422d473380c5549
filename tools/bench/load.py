"""Load on the local run: calls at a pace or as a burst, and how long each took to arrive."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

CLIENTS = 32
"""Threads that call. With half of them, they would be what a burst waits for."""


@dataclass(frozen=True)
class Load:
    """`count` calls, `per_second` of them; as fast as the clients can where that is None."""

    name: str
    count: int
    per_second: float | None = None


PACED = Load("20 a second", count=600, per_second=20)
BURST = Load("burst", count=1_000)


def put_on(load: Load, send: Callable[[int], str]) -> dict[str, float]:
    """Calls `send` with the numbers from 0. When each began (time.time()), by what it returned."""
    began = time.time()

    def one(number: int) -> tuple[str, float]:
        if load.per_second:
            # A pause, not a wait: the calls are due at fixed times, whatever those before them do.
            time.sleep(max(0.0, began + number / load.per_second - time.time()))
        sent = time.time()
        return send(number), sent

    with ThreadPoolExecutor(CLIENTS) as pool:
        return dict(pool.map(one, range(load.count)))


@dataclass(frozen=True)
class Arrivals:
    """How a load arrived: seconds from each call's begin, and arrivals a second over all."""

    p50: float
    p99: float
    per_second: float


def arrivals(sent: dict[str, float], arrived: dict[str, float]) -> Arrivals:
    """From when each call began and when it arrived, by the same key; of those that did.

    All 0 where none arrived.
    """
    there = sent.keys() & arrived.keys()
    if not there:
        return Arrivals(0.0, 0.0, 0.0)
    took = sorted(arrived[key] - sent[key] for key in there)
    span = max(arrived[key] for key in there) - min(sent.values())
    return Arrivals(percentile(took, 50), percentile(took, 99), len(there) / span)


def percentile(ordered: Sequence[float], percent: int) -> float:
    """The value that so many percent of values in ascending order do not exceed."""
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]
