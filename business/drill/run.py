"""A drill from its first order to its books."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event

from business import shop
from business.drill import customers, outcome, visits
from business.drill.outcome import Outcome
from local import faults
from local.faults import plan as plans
from local.faults.kinds import counted
from local.faults.plan import Planned
from local.faults.striking import strike
from local.system import System

FASTER = 30
"""As in the other drills, pauses of what failed pass so many times as fast."""

HEALED_WITHIN_S = 240.0
"""The longest pause that is not compressed is that of a sweep."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class Scope:
    """What a drill is of: for how long orders and faults come, how many, and drawn from what."""

    seed: int
    seconds: float
    orders: int
    fault_every_s: float


@dataclass(frozen=True)
class Drill:
    """A drill that is over."""

    outcome: Outcome
    orders: int
    struck: Counter[str]
    took_s: float

    @property
    def line(self) -> str:
        """All of it in one line."""
        parts = counted(self.struck)
        return (
            f"{duration(self.took_s)} · {self.orders} orders · {self.struck.total()} faults "
            f"({parts or 'none'}) · {self.outcome.line}"
        )


def drill(
    system: System, scope: Scope, stop: Event, say: Say, within_s: float = HEALED_WITHIN_S
) -> Drill:
    """Has orders, cancellations and tickets come while faults strike; mends all, and draws up the
    books as soon as they balance, or after `within_s` seconds. It begins no more once it is told to
    stop.
    """
    # Functions that start for the first time are no part of a drill.
    shop.await_shipment(system, shop.place(system))
    planned = plans.drawn(plans.places_of(system), scope.seed, scope.seconds, scope.fault_every_s)
    coming = customers.drawn(scope.seed, scope.seconds, scope.orders)
    say(f"seed {scope.seed}: {len(coming)} orders, {len(planned)} faults, {scope.seconds:.0f} s")
    began = time.monotonic()

    def tell(at: float, fault: Planned) -> None:
        say(f"{clock(at)}  {fault}")

    with faults.time_compressed(system, FASTER):
        with visits.served(system, coming, stop) as told:
            struck = strike(system, planned, scope.seconds, stop, tell)
            say(f"{clock(time.monotonic() - began)}  all is mended; nobody touches anything now")
        found = outcome.awaited(system, told, within_s)
    return Drill(found, len(told.accepted), struck, time.monotonic() - began)


def clock(seconds: float) -> str:
    """Minutes, seconds and tenths."""
    minutes, tenths = divmod(round(seconds * 10), 600)
    return f"{minutes:02}:{tenths / 10:04.1f}"


def duration(seconds: float) -> str:
    """Minutes and seconds, in words."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
