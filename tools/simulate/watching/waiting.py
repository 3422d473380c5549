"""Notes what waits, as it comes and goes, and what functions print; finds what nobody heard of."""

import io
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from routes.network.model import Place
from simulate.functions.invocation import Invocation
from simulate.loop import running
from simulate.state.messages import Message
from simulate.state.queues import Queue
from simulate.state.tables import Change, Table
from simulate.watching.hearing import Hearing, Rang, Unheard, Within
from simulate.watching.records import FOR_EVER, Records, Stay

if TYPE_CHECKING:
    from simulate.world import World


class Waiting:
    """What waits in the places of a world."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.records = Records()
        self._items: dict[tuple[str, str], float] = {}

    def left(self, queue: Queue, message: Message, now: float) -> None:
        """A message is in a queue no more."""
        since = message.arrived
        if message.tried is not None:
            # No metric has its age any more while the mapping is off: who has it off knows.
            since = max(since, self._world.troubles.on_since(queue.arn))
        self.records.stayed(queue.arn, Stay(since, now, message.body, message.tried))

    def changed(self, table: Table, change: Change) -> None:
        """An item was written, or deleted."""
        about = (table.arn, str(change.key))
        if change.old is None:
            self._items[about] = self._world.loop.now
        elif change.new is None:
            since = self._items.pop(about)
            self.records.stayed(table.arn, Stay(since, self._world.loop.now, str(change.old)))

    def unheard(self, within: Within) -> Iterator[Unheard]:
        """What waited for longer than it may, and no alarm rang; with what is there for ever."""
        yield from self._hearing.unheard(self._places(), within)

    def rang(self) -> Iterator[Rang]:
        """The alarms that rang."""
        yield from self._hearing.rang(self._world.loop.now)

    @cached_property
    def _hearing(self) -> Hearing:
        """The alarms over all that was recorded, at the end."""
        world = self._world
        for queue in world.queues.values():
            for message in queue.messages:
                stay = Stay(message.arrived, FOR_EVER, message.body, message.tried)
                self.records.stayed(queue.arn, stay)
        for (arn, _), since in self._items.items():
            self.records.stayed(arn, Stay(since, FOR_EVER, ""))
        for reader in world.shelves.readers:
            reader.note_unread()
        return Hearing(world.wiring.alarms, self.records)

    def _places(self) -> Iterator[tuple[Place, list[str], float]]:
        """Each place, with the functions that read it and since when waiting there counts: the last
        release may not write what the alarms of this one are on.
        """
        wiring, troubles = self._world.wiring, self._world.troubles
        for kind in ("queue", "stream", "table"):
            for place in wiring.places(kind):
                readers = wiring.readers(place)
                deployed = [troubles.deployed_at(wiring.functions[arn].stack) for arn in readers]
                yield place, readers, max(deployed, default=0.0)


class Printed(io.TextIOBase):
    """What handlers print: of it, the metrics are noted."""

    def __init__(self, world: "World") -> None:
        self._world = world

    def write(self, text: str) -> int:
        """Takes a text that is printed."""
        invocation = running()
        if '"_aws"' in text and isinstance(invocation, Invocation):
            records, now = self._world.waiting.records, self._world.loop.now
            records.said(invocation.function.arn, now, text)
        return len(text)
