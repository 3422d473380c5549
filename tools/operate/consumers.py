"""Consumers: the event source mappings by which functions read queues and streams."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from operate.dead_letters import keys
from operate.errors import OperateError
from operate.names import find
from operate.polling import poll
from operate.system import System
from routes.network.model import Hop

WITHIN_S = 180
POLL_S = 0.5


@dataclass(frozen=True, eq=False)
class Consumer:
    """A mapping as it is deployed."""

    hop: Hop
    uuid: str
    state: str
    problem: str | None

    @property
    def label(self) -> str:
        """Who reads what."""
        return f"{self.hop.target.label} reads {self.hop.source.label}"

    @property
    def is_on(self) -> bool:
        """Whether it reads, or is about to."""
        return self.state in ("Enabled", "Enabling", "Creating", "Updating")


def consumers(system: System) -> list[Consumer]:
    """Every mapping of the assembly, with the state that it really has."""
    return [_described(system, hop) for hop in _mappings(system)]


def named(system: System, name: str) -> list[Consumer]:
    """The mappings of a function, or of the queue or stream it reads; raises OperateError."""
    known: dict[str, list[tuple[Hop, ...]]] = defaultdict(list)
    groups: dict[str, list[Hop]] = defaultdict(list)
    for hop in _mappings(system):
        for place in (hop.source, hop.target):
            groups[place.arn].append(hop)
    for place in system.routes.places:
        if place.arn in groups:
            for key in keys(place):
                known[key].append(tuple(groups[place.arn]))
    return [_described(system, hop) for hop in find("consumer", name, known)]


def switch(system: System, consumer: Consumer, *, on: bool) -> None:
    """Switches a mapping on or off, and waits until it is; raises OperateError if it will not."""
    functions = system.client("lambda", consumer.hop.resource)
    functions.update_event_source_mapping(UUID=consumer.uuid, Enabled=on)
    wanted = "Enabled" if on else "Disabled"
    state = poll(
        lambda: _state(functions, consumer.uuid)["State"],
        lambda state: state == wanted,
        every_s=POLL_S,
        within_s=WITHIN_S,
    )
    if state != wanted:
        raise OperateError(f"{consumer.label}: is {state} after {WITHIN_S} s, not {wanted}")


def _mappings(system: System) -> list[Hop]:
    return [hop for hop in system.routes.hops if hop.kind == "event source mapping"]


def _described(system: System, hop: Hop) -> Consumer:
    uuid = system.physical(hop.resource)
    found = _state(system.client("lambda", hop.resource), uuid)
    result = str(found.get("LastProcessingResult") or "")
    return Consumer(hop, uuid, found["State"], result if result.startswith("PROBLEM") else None)


def _state(functions: Any, uuid: str) -> dict[str, Any]:
    found: dict[str, Any] = functions.get_event_source_mapping(UUID=uuid)
    return found
