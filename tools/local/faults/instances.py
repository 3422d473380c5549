"""Processes of functions that are killed or paused, and calls of theirs that are struck."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from local import control
from local.faults.names import function_arn, function_name
from local.faults.switches import switched
from local.system import System

Count = Callable[[], int]
"""How often a fault has struck so far."""


def processes(system: System, stack: str, part: str) -> list[int]:
    """The ids of the processes that run a function now."""
    arn = function_arn(system, stack, function_name(system, stack, part))
    found = control.instances(system.emulator)
    return sorted(each["pid"] for each in found if each["function"] == arn)


def instances_killed(system: System, stack: str, part: str) -> int:
    """Kills every process of the function; returns how many. There is nothing to mend: the next
    invocation starts one.
    """
    return _signalled(processes(system, stack, part), signal.SIGKILL)


@contextmanager
def instances_paused(system: System, stack: str, part: str) -> Iterator[Count]:
    """Every process of the function stands still, and goes on where it was at the end.

    What Lambda has by then given up, and handed to another process, they do all the same.
    """
    paused = processes(system, stack, part)
    count = _signalled(paused, signal.SIGSTOP)
    try:
        yield lambda: count
    finally:
        _signalled(paused, signal.SIGCONT)


@contextmanager
def calls_struck(
    system: System, stack: str, part: str, effect: str, times: int, seconds: float = 0.0
) -> Iterator[Count]:
    """The next `times` calls of the function to AWS, as long as the context lasts, are `throttled`,
    `failed`, done with their `answer lost`, or `slow` by so many seconds; or the process is
    `killed before` or `killed after` them.
    """
    arn = function_arn(system, stack, function_name(system, stack, part))
    fault = {"calls": arn, "effect": effect, "times": times, "seconds": seconds}
    with switched(system, fault):
        yield lambda: control.struck(system.emulator).get(arn, 0)


def _signalled(pids: list[int], number: int) -> int:
    count = 0
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
            count += 1
    return count
