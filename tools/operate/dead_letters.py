"""The dead-letter places of an assembly: queues, and whose undeliverable messages they hold.

A place is what a hop or a queue names as such, and any queue whose resource says so in its metadata
(`"crossbus:holds": "dead letters"`): one that subscribes to a topic gets what no other queue gets.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Literal

from operate.errors import OperateError
from operate.names import find
from operate.system import System
from routes.network.model import Hop, Place
from routes.reading.shapes import parsed

Kind = Literal["queue", "rule", "subscription", "stream", "unrouted", "other"]
HOLDS = "crossbus:holds"
FEW = 3


@dataclass(frozen=True, eq=False)
class Origin:
    """A hop, or a queue whose consumer fails, that puts what it cannot bring on into a place."""

    kind: Kind
    queue: Place | None = None
    hop: Hop | None = None

    @property
    def label(self) -> str:
        """What failed, in words."""
        if self.queue is not None:
            return f"consumer of {self.queue.label}"
        assert self.hop is not None
        source, target = self.hop.source.label, self.hop.target.label
        if self.kind == "unrouted":
            return f"what no other queue of {source} gets"
        if self.kind == "rule":
            return f"rule {rule_name(self.hop)}: {source} to {target}"
        return f"{source} to {target}"


@dataclass(frozen=True, eq=False)
class DeadLetters:
    """A dead-letter place: a queue, and the origins of what is in it.

    `redelivered_by` is a function that delivers it by itself, until it is taken: nobody else may.
    """

    place: Place
    origins: tuple[Origin, ...]
    redelivered_by: Place | None = None

    @property
    def of(self) -> tuple[str, ...]:
        """Whose messages are in it, in words; where there are many, how many."""
        if len(self.origins) > FEW and all(origin.queue for origin in self.origins):
            return (f"consumers of {len(self.origins)} queues",)
        return tuple(origin.label for origin in self.origins)


def origin(hop: Hop) -> Origin:
    """A hop, as what puts something into its dead-letter place."""
    return Origin(_kind(hop), hop=hop)


def rule_name(hop: Hop) -> str:
    """The name of the resource that a hop is, as the template gives it, else its path."""
    named = hop.resource.stack.scope.names.given(hop.resource.logical_id)
    return named or hop.resource.path


def dead_letters(system: System) -> list[DeadLetters]:
    """Every dead-letter place, in the order of the assembly."""
    routes = system.routes
    functions = {each.waiting: each.function for each in routes.redeliveries}
    origins: dict[str, list[Origin]] = defaultdict(list)
    for hop in routes.hops:
        if hop.dead_letter:
            place = routes.places.at(hop.dead_letter, hop.resource.stack)
            origins[place.arn].append(origin(hop))
    for queue in system.places("queue"):
        policy = parsed(queue.resource.get("RedrivePolicy")) if queue.resource else None
        if isinstance(policy, dict) and policy.get("deadLetterTargetArn"):
            place = routes.places.at(policy["deadLetterTargetArn"])
            origins[place.arn].append(Origin("queue", queue=queue))
    for queue in filter(_is_marked, system.places("queue")):
        origins[queue.arn] += [
            Origin("unrouted", hop=hop)
            for hop in routes.hops_to(queue)
            if hop.kind == "subscription"
        ]
    return [
        DeadLetters(place, tuple(origins[place.arn]), functions.get(place))
        for place in routes.places
        if place.arn in origins and place.kind == "queue"
    ]


def named(system: System, name: str) -> DeadLetters:
    """The dead-letter place with a name that is for a person to empty.

    Raises OperateError that names the nearest, or the function that empties the place.
    """
    known: dict[str, list[DeadLetters]] = defaultdict(list)
    for each in dead_letters(system):
        for key in keys(each.place):
            known[key].append(each)
    found = find("dead-letter place", name, known, listed_by="python -m operate show")
    if found.redelivered_by is not None:
        raise OperateError(
            f"{found.place.label} is not for a hand: {found.redelivered_by.label} delivers what "
            "waits there, as soon as its target takes it"
        )
    return found


def rows(system: System) -> list[tuple[str, str, str, str]]:
    """Each place: name, account, whose messages it holds, who empties it."""
    return [
        (
            each.place.name,
            system.account(each.place),
            "; ".join(each.of),
            each.redelivered_by.label if each.redelivered_by else "a person",
        )
        for each in dead_letters(system)
    ]


def keys(place: Place) -> list[str]:
    """The names by which a person may call a place, the shortest first."""
    if place.resource is None:
        return [place.name, place.arn]
    resource = place.resource
    return list(
        dict.fromkeys(
            [place.name, resource.path, f"{resource.stack.name}/{place.name}", resource.address]
        )
    )


def _is_marked(queue: Place) -> bool:
    assert queue.resource is not None
    metadata = queue.resource.definition.get("Metadata") or {}
    return bool(metadata.get(HOLDS) == "dead letters")


def _kind(hop: Hop) -> Kind:
    if hop.kind == "rule":
        return "rule"
    if hop.kind == "subscription":
        return "subscription"
    return "stream" if hop.kind == "event source mapping" else "other"
