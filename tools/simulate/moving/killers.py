"""Messages and records that end the process of each function that gets them, and their ends.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from operator import is_
from typing import TYPE_CHECKING, Any

from simulate.state.messages import Message
from simulate.state.queues import Queue
from simulate.state.streams import Record, Stream

if TYPE_CHECKING:
    from simulate.world import World

TRIES, LAST_CALL = 3, 3
"""A few times, a function makes a few calls before it ends; then it ends at once."""

LONGEST_PAUSE_S = 300.0
"""For how long the reader of a stream waits, at most, until it tries again."""

LONGEST_TRY_S = 60.0
"""What a try takes, at most, before its function ends."""

AMONG = 4
"""Of the first so many messages or records of a mapping, one may be of this kind."""


@dataclass(frozen=True)
class Killer:
    """A message or record that can never be processed, or is given up with one: where it came, as
    what, and when all is over the queues that it is in, and there it or what tells of it.
    """

    source: str
    text: str
    queues: list[Queue]
    messages: list[Message]


class Killers:
    """Those of one world."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._messages: list[tuple[Queue, Message]] = []
        self._beside: dict[Message, Queue] = {}
        """What was in a batch of a FIFO queue with one: it comes again as often as that."""
        self._records: list[tuple[Stream, Record]] = []
        self._kill: dict[Record, None] = {}
        self._seen: dict[str, int] = {}

    def of_messages(self, queue: Queue, function: str, batch: list[Message]) -> int | None:
        """After which call a batch of a queue ends its function; None if it does not."""
        for message in batch:
            if message.receives == 1 and not message.kills:
                about = f"queue {queue.name}"
                if self._is_one("poison", about, function, message.body):
                    message.kills = True
                    self._messages.append((queue, message))
        tries = [message.receives for message in batch if message.kills]
        if tries and queue.is_fifo:
            self._beside |= {message: queue for message in batch if not message.kills}
        return self._last_call(tries[0], batch[0].receipt) if tries else None

    def of_records(
        self, stream: Stream, function: str, batch: list[Record], tries: int
    ) -> int | None:
        """After which call a batch of a stream ends its function; None if it does not."""
        for record in batch if not tries else ():
            about = f"stream {stream.arn} {function}"
            if self._is_one("poison record", about, function, record.text):
                self._kill[record] = None
                self._records.append((stream, record))
        kills = any(record in self._kill for record in batch)
        return self._last_call(tries, batch[0].key) if kills else None

    def given_up(self, stream: Stream, batch: Sequence[Record]) -> None:
        """Notes records that are given up for their age since one before them, which may have come
        in the same instant, was tried again.
        """
        for record in batch:
            late = (record.at - one.at for one in self._kill if one is not record)
            if any(0 <= each <= LONGEST_PAUSE_S + LONGEST_TRY_S for each in late):
                self._records.append((stream, record))

    def _last_call(self, tries: int, about: str) -> int:
        if tries > TRIES:
            return 0
        return self._world.chance.whole(0, LAST_CALL, "last call", about, tries)

    def _is_one(self, kind: str, about: str, function: str, text: str) -> bool:
        seen = self._seen[about] = self._seen.get(about, 0) + 1
        if seen > AMONG or seen != self._world.chance.whole(1, AMONG, kind, about):
            return False
        return self._world.strikes(kind, function, text, about)

    def ends(self) -> Iterator[Killer]:
        """What became of each."""
        for queue, message in self._messages:
            yield self._killer(queue.name, message.body, partial(is_, message))
        for message, queue in self._beside.items():
            if message not in queue.messages:
                beside = self._killer(queue.name, message.body, partial(is_, message))
                if beside.queues:
                    yield beside
        for stream, record in self._records:
            yield self._killer(stream.arn, record.text, partial(_tells, stream, record))

    def _killer(self, source: str, text: str, is_of: Callable[[Message], bool]) -> Killer:
        found = {
            queue: there
            for queue in self._world.queues.values()
            if (there := [each for each in queue.messages if is_of(each)])
        }
        messages = [message for there in found.values() for message in there]
        return Killer(source, text, list(found), messages)


def _tells(stream: Stream, record: Record, message: Message) -> bool:
    """Whether a message says that a record was given up."""
    if stream.arn not in message.body:
        return False
    said: dict[str, Any] = json.loads(message.body)
    given_up = said.get("KinesisBatchInfo") or said.get("DDBStreamBatchInfo") or {}
    first, last = given_up.get("startSequenceNumber", ""), given_up.get("endSequenceNumber", "")
    return bool(first <= record.number <= last)
