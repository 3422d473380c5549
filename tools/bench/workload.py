"""What only the business of the measured app knows: a module of it, as `--workload` names it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, cast

from bench import plugins
from local.system import System


@dataclass(frozen=True)
class Request:
    """A client's call of one of the app's HTTP APIs. `body` is sent as JSON."""

    method: str
    path: str
    body: Any = None


@dataclass(frozen=True)
class Faults:
    """What the app's books say went wrong.

    `lost`: requests that led to nothing. `wrong`: what was done twice, or left out.
    """

    lost: int
    wrong: int


@dataclass(frozen=True)
class CallBack:
    """A sparse event, and what a consumer of it would ask for that had stored nothing before.

    `request` makes the call of its subject.
    """

    source: str
    detail_type: str
    request: Callable[[str], Request]


class Workload(Protocol):
    """A module that makes and follows the requests of clients."""

    NAME: str
    """What requests are called in tables, such as `notes`."""

    CALL_BACKS: Sequence[CallBack]
    """About what `send` returns: the subjects of these events."""

    def request(self, number: int) -> Request:
        """The n-th request, from 0."""

    def send(self, system: System, number: int) -> str:
        """Sends the n-th request to the running system; returns by what it is known there.

        LocalRunError if it is refused.
        """

    def unfinished(self, system: System, sent: int) -> int:
        """How many of all requests that were ever sent have not arrived. Asked each second."""

    def arrived(self, system: System) -> dict[str, float]:
        """When each request arrived (time.time()), by what `send` returned for it."""

    def faults(self, system: System, sent: int) -> Faults:
        """What went wrong of all requests that were ever sent."""


NEEDED = ("NAME", "CALL_BACKS", "request", "send", "unfinished", "arrived", "faults")


def load(name: str) -> Workload:
    """The workload in a module of the current folder or of what is installed.

    ValueError, naming the module and what it lacks, if it is none.
    """
    return cast(Workload, plugins.load(name, NEEDED, what="workload"))
