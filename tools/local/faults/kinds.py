"""The kinds of faults that a plan is made of, each with the places where it may strike."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from local.faults import buses, code, instances, places, policies
from local.faults.instances import Count
from local.faults.places import Place, Places
from local.system import System

Fault = Callable[[System, str, str], AbstractContextManager[None]]
Brought = Callable[[System, Place, "Strength"], AbstractContextManager[Count]]


@dataclass(frozen=True)
class Strength:
    """How often a fault strikes at most, and by how many seconds what is slow is late."""

    times: int
    seconds: float


@dataclass(frozen=True)
class Kind:
    """A kind of fault. `told` says what befalls a place; `counted` what is struck, in the singular.

    `bring` brings it about as long as the context lasts, and tells how often it has struck.
    """

    told: str
    counted: str
    places: Places
    bring: Brought


def _once(fault: Fault) -> Brought:
    """A fault that strikes one thing, for as long as it is on."""

    @contextmanager
    def bring(system: System, place: Place, _: Strength) -> Iterator[Count]:
        with fault(system, place.stack, place.name):
            yield lambda: 1

    return bring


@contextmanager
def _killed(system: System, place: Place, _: Strength) -> Iterator[Count]:
    count = instances.instances_killed(system, place.stack, place.name)
    yield lambda: count


@contextmanager
def _paused(system: System, place: Place, _: Strength) -> Iterator[Count]:
    with instances.instances_paused(system, place.stack, place.name) as count:
        yield count


def _calls(effect: str) -> Brought:
    @contextmanager
    def bring(system: System, place: Place, how: Strength) -> Iterator[Count]:
        with instances.calls_struck(
            system, place.stack, place.name, effect, how.times, how.seconds
        ) as count:
            yield count

    return bring


KILLED, DENIED = "process killed", "permission taken away"

KINDS: dict[str, Kind] = {
    "killed": Kind("its processes are killed", KILLED, places.functions, _killed),
    "killed before": Kind(
        "its process is killed before its next call", KILLED, places.functions,
        _calls("killed before"),
    ),
    "killed after": Kind(
        "its process is killed after its next call", KILLED, places.functions,
        _calls("killed after"),
    ),
    "paused": Kind("its processes stand still", "process paused", places.functions, _paused),
    "slow": Kind("its next calls are slow", "call delayed", places.functions, _calls("slow")),
    "throttled": Kind(
        "its next calls are throttled", "call throttled", places.functions, _calls("throttled")
    ),
    "failed": Kind(
        "its next calls end with a 5xx", "call failed", places.functions, _calls("failed")
    ),
    "answer lost": Kind(
        "its next calls are done, and answered with a 5xx", "answer lost", places.functions,
        _calls("answer lost"),
    ),
    "function throttled": Kind(
        "it gets no concurrency", "function throttled", places.functions,
        _once(code.function_throttled),
    ),
    "function raising": Kind(
        "it raises, whatever it gets", "function raising", places.functions,
        _once(code.function_raising),
    ),
    "consumer off": Kind(
        "its mappings are off", "consumer off", places.consumers, _once(code.mappings_off)
    ),
    "table refusing": Kind(
        "it throttles all reads and writes", "table refusing", places.tables,
        _once(code.table_refusing),
    ),
    "bus closed": Kind(
        "its policy denies everybody", DENIED, places.buses, _once(policies.put_events_denied)
    ),
    "bus shut to others": Kind(
        "its policy is gone", DENIED, places.admitting_buses,
        _once(policies.bus_statements_removed),
    ),
    "queue closed": Kind(
        "its policy is gone", DENIED, places.subscribed_queues, _once(policies.queue_policy_removed)
    ),
    "role emptied": Kind(
        "it may do nothing", DENIED, places.permitted_roles, _once(policies.role_policies_removed)
    ),
    "bus deleted": Kind("it is deleted", "bus deleted", places.buses, _once(buses.bus_deleted)),
}  # fmt: skip


def counted(counts: Counter[str]) -> str:
    """Counts of what was struck in words, the most frequent first: `3 processes killed, …`."""
    return ", ".join(
        f"{count} {_many(what, count)}" for what, count in counts.most_common() if count
    )


def _many(what: str, count: int) -> str:
    noun, _, rest = what.partition(" ")
    return what if count == 1 else f"{noun}{'es' if noun.endswith('s') else 's'} {rest}"
