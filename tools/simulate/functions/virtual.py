"""Time and chance as handlers see them: virtual and seeded, in place of Python's modules.

They are put into the modules of the app once these are loaded, wherever a module holds one of
Python's own by whatever name.
"""

import random
import secrets
import time
import uuid
from datetime import datetime, tzinfo
from types import ModuleType
from typing import Any

from simulate.errors import NotSimulated, SimulationError
from simulate.functions.invocation import Invocation
from simulate.loop import running


def _invocation() -> Invocation:
    found = running()
    if not isinstance(found, Invocation):
        raise SimulationError("time or chance is asked for outside of an invocation")
    return found


class _Clock(type):
    """What it stands for counts as it: `isinstance(moment, datetime)` goes on to hold."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, datetime)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, datetime)


class _Datetime(datetime, metaclass=_Clock):
    """`datetime`, with the clock of the function that runs."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        moment = _invocation().clock()
        return moment.astimezone(tz) if tz else moment.replace(tzinfo=None)

    @classmethod
    def utcnow(cls) -> datetime:  # type: ignore[override]
        return _invocation().clock().replace(tzinfo=None)

    @classmethod
    def today(cls) -> datetime:  # type: ignore[override]
        return cls.utcnow()


class _Module:
    """A module of Python, but for some of its names. What has no other name here is refused."""

    def __init__(self, real: ModuleType, other: dict[str, Any], kept: tuple[str, ...]) -> None:
        self._real, self._kept = real, kept
        self.__dict__.update(other)

    def __getattr__(self, name: str) -> Any:
        if name in self._kept or not callable(getattr(self._real, name)):
            return getattr(self._real, name)
        raise NotSimulated(f"{self._real.__name__}.{name} is not simulated")


def _sleep(seconds: float) -> None:
    _invocation().wait(seconds)


def _seconds() -> float:
    return _invocation().clock().timestamp()


def _elapsed() -> float:
    return _invocation().world.loop.now


def _uuid4() -> uuid.UUID:
    return _invocation().id()


def _random() -> float:
    return _invocation().number()


def _uniform(low: float, high: float) -> float:
    return low + (high - low) * _invocation().number()


def _randint(low: int, high: int) -> int:
    return low + int((high - low + 1) * _invocation().number())


def _choice(choices: Any) -> Any:
    return choices[int(len(choices) * _invocation().number())]


_TIME = _Module(
    time,
    {
        "sleep": _sleep,
        "time": _seconds,
        "time_ns": lambda: int(_seconds() * 1e9),
        "monotonic": _elapsed,
        "perf_counter": _elapsed,
    },
    ("strftime", "gmtime", "struct_time"),
)
_RANDOM = _Module(
    random,
    {"random": _random, "uniform": _uniform, "randint": _randint, "choice": _choice},
    (),
)
_UUID = _Module(uuid, {"uuid4": _uuid4}, ("UUID", "uuid3", "uuid5", "SafeUUID"))
_SECRETS = _Module(secrets, {}, ("compare_digest",))

_INSTEAD: dict[int, Any] = {
    id(time): _TIME,
    id(random): _RANDOM,
    id(uuid): _UUID,
    id(secrets): _SECRETS,
    id(datetime): _Datetime,
    id(time.sleep): _sleep,
    id(time.time): _seconds,
    id(time.monotonic): _elapsed,
    id(uuid.uuid4): _uuid4,
    id(random.uniform): _uniform,
    id(random.random): _random,
}


def put_into(module: ModuleType) -> None:
    """Puts virtual time and seeded chance into a module, in place of Python's own."""
    for name, value in list(vars(module).items()):
        if not name.startswith("__") and id(value) in _INSTEAD:
            setattr(module, name, _INSTEAD[id(value)])
