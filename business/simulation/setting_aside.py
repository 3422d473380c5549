"""What can never be processed is set aside where people look for it, and kept until they do."""

import json
from collections.abc import Iterator
from typing import Any

from business.ends import SCHEDULED
from business.simulation.people import Told
from business.simulation.subjects import subject_of
from simulate.business import Broken
from simulate.history import Ended
from simulate.moving.killers import Killer
from simulate.state.messages import Message
from simulate.state.queues import Queue

KEPT_S = 3 * 86_400.0
"""For how long a dead letter is there, at least, for somebody to look at it: a weekend."""

UNDELIVERABLE = "-undeliverable"


class SetAside:
    """What ends the process of each function that gets it, in one history."""

    def __init__(self, ended: Ended) -> None:
        killers = list(ended.world.killers.ends())
        self._told = [message for each in killers for message in each.messages]
        self._killers = [each for each in killers if not _is_of_no_account(each, ended)]
        told: Told = ended.outside.memory
        self.excused = {id for each in self._killers for id in _ids(each.text, told)}
        """Orders, tickets and documents of which something was set aside: not all comes of them."""

    def broken(self) -> Iterator[Broken]:
        """What is not where it belongs, or will not be there for long enough."""
        for killer in self._killers:
            places = [queue.name for queue in killer.queues]
            if len(places) != 1 or not _belongs(places[0], killer.source):
                where = " and ".join(places) or "nowhere"
                source = killer.source.rpartition(":")[2]
                how = f"what of {source} ends its function each time is set aside {where}"
                yield Broken("lost", subject_of(killer.text), how)

    @staticmethod
    def kept_too_short(queue: Queue, message: Message) -> Iterator[Broken]:
        """A dead letter that is forgotten before somebody looks."""
        left = message.sent + queue.retention - message.arrived
        if left < KEPT_S:
            how = f"what came into {queue.name} is kept there for {left / 3600:.0f} hours"
            yield Broken("lost", subject_of(message.body), how)

    def is_of(self, message: Message) -> bool:
        """Whether a message is of this kind, or tells of a record that is."""
        return message.kills or message in self._told


def _is_of_no_account(killer: Killer, ended: Ended) -> bool:
    """A run of a schedule; a record of an outbox, whose item the sweeper publishes."""
    return SCHEDULED in killer.text or killer.source in ended.world.tables


def _belongs(place: str, source: str) -> bool:
    """Whether this is the place for what a queue or a stream has: that of its consumer, or of its
    domain where it is what could not be delivered.
    """
    if source.endswith("-undelivered"):
        return place.endswith(UNDELIVERABLE)
    if ":" in source:
        return place.endswith("-dead-letters")
    name, fifo, _ = source.partition(".fifo")
    return place == f"{name}-dead-letters{fifo}"


def _ids(text: str, told: Told) -> set[str]:
    """The orders, tickets and documents that a message speaks of."""
    said: dict[str, Any] = json.loads(text)
    detail = said.get("detail") or {}
    data = detail.get("data") or {}
    metadata = detail.get("metadata") or {}
    named = {
        holder.get(name) for holder in (said, detail, data) for name in ("orderId", "ticketId")
    }
    named |= {metadata.get("subject"), said.get("number")}
    orders = {told.tickets[id][0] for id in named if id in told.tickets}
    return {id for id in named | orders if id}
