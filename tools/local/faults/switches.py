"""Faults of the emulator, switched on and off."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from local import control
from local.system import System


@contextmanager
def switched(system: System, fault: Mapping[str, object]) -> Iterator[None]:
    """A fault of the emulator, on as long as the context lasts."""
    control.switch_fault(system.emulator, {**fault, "on": True})
    try:
        yield
    finally:
        control.switch_fault(system.emulator, {**fault, "on": False})
