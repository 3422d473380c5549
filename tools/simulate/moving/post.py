"""What is sent to queues: it may come twice, and show itself late."""

from typing import TYPE_CHECKING

from routes.network.model import Hop
from simulate.moving.parcels import Parcel
from simulate.state.messages import Message
from simulate.state.queues import Queue

if TYPE_CHECKING:
    from simulate.world import World

HIDDEN_S = (1.0, 900.0)


class Post:
    """Sends to the queues of all accounts."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._sent: dict[tuple[str, str], int] = {}

    def deliver(self, hop: Hop, parcel: Parcel) -> None:
        """A rule or a subscription delivers to its queue."""
        self.send(self._world.queues[hop.target.arn], parcel)

    def _only(self, queue: Queue, key: str) -> str:
        """A key that no other message of the queue has: a call that is sent again sends another."""
        number = self._sent[queue.arn, key] = self._sent.get((queue.arn, key), 0) + 1
        return f"{key} {number}" if number > 1 else key

    def send(self, queue: Queue, parcel: Parcel, delay: float | None = None) -> str:
        """Sends a message; returns its id."""
        world = self._world
        key = self._only(queue, parcel.key)
        about = (queue.name, key)
        now = world.loop.now
        message = Message(
            key,
            str(world.chance.id("message", *about)),
            parcel.text,
            now,
            now + (queue.delay if delay is None else delay),
            parcel.attributes,
            parcel.group,
            parcel.deduplication,
            parcel.trace,
        )
        if queue.is_fifo:
            if not queue.put(message, now):
                world.tell(f"queue {queue.name}", "knows it already", parcel.text)
            return message.id
        if world.strikes("hidden", f"queue {queue.name}", parcel.text, *about):
            low, high = HIDDEN_S
            message.visible += low * (high / low) ** world.chance.number("hidden", *about)
        queue.put(message, now)
        if world.strikes("twice", f"queue {queue.name}", parcel.text, *about):
            copy = message.copy()
            low, high = HIDDEN_S
            copy.visible += low * (high / low) ** world.chance.number("twice", *about)
            queue.put(copy, now)
        return message.id
