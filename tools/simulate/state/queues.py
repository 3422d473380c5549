"""Queues, standard and FIFO: what they show to a reader, hide from the next, and give up."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from simulate.state.messages import Message

DEDUPLICATED_FOR_S = 5 * 60
"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/
using-messagededuplicationid-property.html"""

TRIED = 3
"""Receives after which a message is no more in the age of the oldest.
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/
sqs-available-cloudwatch-metrics.html"""


@dataclass(eq=False)
class Queue:
    """A queue. `changed` is told when a message may be received from a time on, but of what
    somebody has received; `left` when one is not there any more, and `dead` when it was received
    too often.
    """

    arn: str
    is_fifo: bool = False
    visibility: float = 30
    delay: float = 0
    retention: float = 4 * 86_400
    by_content: bool = False
    most_receives: int | None = None
    dead_letters: "Queue | None" = None
    by_group: bool = False
    messages: list[Message] = field(default_factory=list)
    changed: Callable[["Queue", float], None] = lambda _queue, _when: None
    dead: Callable[["Queue", Message], None] = lambda _queue, _message: None
    left: Callable[["Queue", Message, float], None] = lambda _queue, _message, _now: None
    _known: dict[str, float] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The queue's own name."""
        return self.arn.rpartition(":")[2]

    def put(self, message: Message, now: float) -> bool:
        """Takes a message; False if it is known, within five minutes, for one that came before."""
        if self.is_fifo:
            known = message.deduplication
            if known is None and self.by_content:
                known = hashlib.sha256(message.body.encode()).hexdigest()
            if self.by_group:
                known = f"{message.group} {known}"
            if now - self._known.get(str(known), -DEDUPLICATED_FOR_S) < DEDUPLICATED_FOR_S:
                return False
            self._known[str(known)] = now
        self.messages.append(message)
        self.changed(self, message.visible)
        return True

    def receive(self, most: int, now: float, order: Callable[[Message], float]) -> list[Message]:
        """Up to so many messages, hidden from now on; what was received too often is dead.

        A FIFO queue shows each group in its order, and none of a group that somebody works on.
        """
        self._expire(now)
        found: list[Message] = []
        for message in self._shown(now, order):
            if len(found) == most:
                break
            if self.most_receives is not None and message.receives >= self.most_receives:
                self.dead(self, message)
                self._remove(message, now)
                if self.dead_letters:
                    self.dead_letters.take(message, now)
                continue
            message.receives += 1
            if message.receives == TRIED:
                message.tried = now
            message.first_received = message.first_received or now
            message.receipt = f"{message.key}/{message.receives}"
            message.visible = now + self.visibility
            found.append(message)
        return found

    def shows_any(self, now: float) -> bool:
        """Whether there may be something to receive."""
        return any(message.visible <= now for message in self.messages)

    def take(self, message: Message, now: float) -> None:
        """Takes what was received too often elsewhere.

        How old it is counts from when it was sent, in a FIFO queue from now on.
        https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/setting-up-dead-letter-queue-retention.html
        """
        message.visible = message.arrived = now
        message.receives, message.receipt, message.tried = 0, "", None
        if self.is_fifo:
            message.sent = now
        self.messages.append(message)
        self.changed(self, now)

    def delete(self, receipt: str, now: float) -> None:
        """Deletes what was received with this receipt, if nobody has received it since."""
        for message in self.messages:
            if message.receipt == receipt:
                self._remove(message, now)
                break
        if self.is_fifo:
            self.changed(self, 0)

    def empty(self, now: float) -> list[Message]:
        """Gives away all that is there."""
        found = self.messages[:]
        for message in found:
            self._remove(message, now)
        return found

    def _remove(self, message: Message, now: float) -> None:
        self.messages.remove(message)
        self.left(self, message, now)

    def hide(self, receipt: str, until: float) -> bool:
        """Hides a message for longer, or shorter; False if the receipt is not the last."""
        for message in self.messages:
            if message.receipt == receipt:
                message.visible = until
                self.changed(self, until)
                return True
        return False

    def _shown(self, now: float, order: Callable[[Message], float]) -> list[Message]:
        if not self.is_fifo:
            return sorted((each for each in self.messages if each.visible <= now), key=order)
        hidden = {each.group for each in self.messages if each.visible > now}
        groups: dict[str | None, list[Message]] = {}
        for message in self.messages:
            if message.group not in hidden:
                groups.setdefault(message.group, []).append(message)
        first = sorted(groups.values(), key=lambda group: order(group[0]))
        return [message for group in first for message in group]

    def _expire(self, now: float) -> None:
        if self.messages and now - self.messages[0].sent > self.retention:
            for message in self.messages[:]:
                if now - message.sent > self.retention:
                    self._remove(message, message.sent + self.retention)
