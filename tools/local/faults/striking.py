"""A plan of faults, carried out on a running system."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from threading import Event

from local.faults.instances import Count
from local.faults.kinds import KINDS
from local.faults.plan import Planned
from local.system import System

Tell = Callable[[float, Planned], None]
"""Is told of each fault that begins, and when it did, in seconds."""


def strike(
    system: System, plan: Sequence[Planned], seconds: float, stop: Event, tell: Tell
) -> Counter[str]:
    """Brings each fault of a plan about in its time, for so many seconds or until somebody stops
    it. All is mended then, whatever happens. Returns how often what was struck.
    """
    began = time.monotonic()
    moments = sorted(
        [(fault.at, 1, number) for number, fault in enumerate(plan)]
        + [(fault.until, 0, number) for number, fault in enumerate(plan)]
    )
    counts: Counter[str] = Counter()
    on: dict[int, tuple[ExitStack, Count]] = {}

    def end(number: int) -> None:
        own, count = on.pop(number)
        with own:
            counts[KINDS[plan[number].kind].counted] += count()

    with ExitStack() as mended:
        for at, is_begin, number in moments:
            if stop.wait(max(0.0, began + at - time.monotonic())):
                break
            fault = plan[number]
            if is_begin:
                own = mended.enter_context(ExitStack())
                tell(time.monotonic() - began, fault)
                bringing = KINDS[fault.kind].bring(system, fault.place, fault.strength)
                on[number] = own, own.enter_context(bringing)
            elif number in on:
                end(number)
        stop.wait(max(0.0, began + seconds - time.monotonic()))
        for number in list(on):
            end(number)
    return counts
