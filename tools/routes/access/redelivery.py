"""Finds the code that delivers again what a rule, topic or schedule could not.

It reads the dead-letter place of a hop, and its role lets it send to the hop's own target: no
other way of an event, but the same one, later.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from routes.access.senders import Sender
from routes.network.model import Hop, Place
from routes.network.places import Places

_GIVING_UP = ("rule", "schedule", "subscriber", "subscription")


@dataclass(frozen=True, eq=False)
class Redelivery:
    """A hop, the place of what it gave up on, the function that reads that, and its role."""

    hop: Hop
    waiting: Place
    function: Place
    role: str | None


def read_redeliveries(
    hops: list[Hop], places: Places, senders: Iterable[Sender]
) -> list[Redelivery]:
    """Returns each hop whose dead letters a function takes that redelivers.

    One that may send to no target of the hops whose dead letters it reads does something else with
    them.
    """
    readers: dict[str, list[Hop]] = {}
    for hop in hops:
        if hop.kind == "event source mapping" and hop.source.kind == "queue":
            readers.setdefault(hop.source.arn, []).append(hop)
    found: list[Redelivery] = []
    for hop in hops:
        if hop.kind in _GIVING_UP and hop.dead_letter:
            waiting = places.at(hop.dead_letter, hop.resource.stack)
            for reader in readers.get(waiting.arn, ()):
                found.append(Redelivery(hop, waiting, reader.target, reader.role))
    sent = {(sender.source, sender.target) for sender in senders}
    redelivering = {each.function for each in found if (each.function, each.hop.target) in sent}
    return [each for each in found if each.function in redelivering]
