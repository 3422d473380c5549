"""Event source mappings of streams: a shard's records in their order, again from the first failed.

https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
"""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from routes.filters.matching import flatten
from routes.network.model import Hop
from simulate.errors import NotSimulated
from simulate.functions.running import Result
from simulate.moving.killers import LONGEST_PAUSE_S
from simulate.moving.parcels import Parcel
from simulate.state.streams import Record, Stream
from simulate.watching.records import FOR_EVER, NOTED_S, Stay

if TYPE_CHECKING:
    from simulate.world import World

SOON_S = (0.05, 1.0)
STANDARD_BATCH = 100
INFO = {"table": "DDBStreamBatchInfo", "stream": "KinesisBatchInfo"}
"""What a message that tells of a batch that was given up calls it, by what was read."""


class Reader:
    """One mapping at one shard."""

    def __init__(self, world: "World", mapping: Hop, stream: Stream, shard: int) -> None:
        settings = mapping.settings
        if int(settings.get("ParallelizationFactor", 1)) != 1:
            raise NotSimulated(f"{mapping.label}: a ParallelizationFactor is not simulated")
        self._world, self._mapping, self._stream, self._shard = world, mapping, stream, shard
        self._function = world.wiring.functions[mapping.target.arn]
        self._size = int(settings.get("BatchSize", STANDARD_BATCH))
        self._window = float(settings.get("MaximumBatchingWindowInSeconds", 0))
        self._most = int(settings.get("MaximumRetryAttempts", -1))
        self._oldest = float(settings.get("MaximumRecordAgeInSeconds", -1))
        self._splits = str(settings.get("BisectBatchOnFunctionError")).lower() == "true"
        self._reports = "ReportBatchItemFailures" in settings.get("FunctionResponseTypes", [])
        self._asked = {
            path.partition(".")[0]: None
            for each in mapping.filters
            for alternative in each.alternatives
            for path in alternative
        }
        self._wanted: dict[str, bool] = {}
        self._next = 0
        self._on_since = 0.0
        self._limit = self._size
        self._end: int | None = None
        self._attempts = 0
        self._busy = False
        self._due = False

    @property
    def behind(self) -> int:
        """How many records it has not dealt with."""
        return len(self._records) - self._next

    @property
    def _records(self) -> Sequence[Record]:
        return self._stream.shards[self._shard]

    def wake(self, pause: float = 0.0) -> None:
        """There is something to read."""
        if self._due or self._busy:
            return
        self._due = True
        about = ("read", self._stream.arn, self._shard, self._next, self._attempts)
        pause += self._world.chance.between(*SOON_S, *about) + self._window
        self._world.loop.after(pause, self._read)

    def _read(self) -> None:
        self._due = False
        world = self._world
        if world.wiring.delivers(self._mapping, None):
            return
        off = world.troubles.off_until(self._mapping)
        if off is not None:
            self._on_since = off
            self.wake(off - world.loop.now)
            return
        self._skip_what_is_too_old()
        # A batch that comes again is the same, or a part of it.
        end = self._next + min(self._size, self._limit)
        batch = self._records[self._next : min(end, self._end or end)]
        wanted = [record for record in batch if self._wants(record)]
        if not wanted:
            self._go_on(self._next + len(batch))
            return
        texts = self._texts(wanted)
        about = "\n".join(texts)
        if world.troubles.is_throttled(self._function.arn):
            self._again(result=None, batch=batch)
            return
        world.deliveries += len(wanted)
        age = 1000 * (world.loop.now - batch[-1].at)
        world.waiting.records.count(self._function.arn, "IteratorAge", world.loop.now, age)
        world.handed(self._function.name, self._mapping.source.label, texts)
        self._busy = True
        key = f"{self._function.name} {wanted[0].key} {self._attempts}"
        world.functions.invoke(
            self._function,
            {"Records": [record.content for record in wanted]},
            key,
            about,
            lambda result: self._done(result, batch, about, key),
            last_call=world.killers.of_records(
                self._stream, self._function.name, wanted, self._attempts
            ),
        )

    def _done(self, result: Result, batch: Sequence[Record], about: str, key: str) -> None:
        self._busy = False
        world = self._world
        if result.error:
            world.tell(self._function.name, f"fails: {result.error[:120]}", about)
            if self._splits and len(batch) > 1:
                self._limit = max(1, len(batch) // 2)
            self._again(result, batch)
            return
        failed = self._first_failed(result, batch)
        if failed is not None:
            world.tell(self._function.name, "has the stream come again from what failed", about)
            if failed:
                self._attempts = 0
            self._pass(self._next + failed)
            self._again(result, batch[failed:])
        elif world.strikes("batch again", self._function.name, about, key):
            self._again(result, batch)
        else:
            self._go_on(self._next + len(batch))

    def _first_failed(self, result: Result, batch: Sequence[Record]) -> int | None:
        """Where in the batch the stream comes again from; None where it does not."""
        failures = (result.answer or {}).get("batchItemFailures") if self._reports else None
        if not failures:
            return None
        numbers = {str(each.get("itemIdentifier")) for each in failures}
        places = [at for at, record in enumerate(batch) if record.number in numbers]
        return min(places) if len(places) == len(numbers) else 0

    def _again(self, result: Result | None, batch: Sequence[Record]) -> None:
        self._attempts += 1
        self._end = self._next + len(batch)
        if 0 <= self._most < self._attempts:
            self._give_up(batch, "RetryAttemptsExhausted")
            self._go_on(self._next + len(batch))
            return
        paused = min(LONGEST_PAUSE_S, 0.5 * 2.0 ** min(self._attempts, 10))
        self.wake(paused if result is None or self._attempts > 1 else 0.1)

    def note_unread(self) -> None:
        """Notes that it will not read what is left."""
        self._note(self._records[self._next :], FOR_EVER)

    def _note(self, records: Sequence[Record], until: float) -> None:
        """Notes for how long records waited, while the mapping was on: who has it off knows.

        Of a table's own stream nothing is noted: what waits is the table's item.
        """
        if self._mapping.source.kind == "table":
            return
        for record in records:
            since = max(record.at, self._on_since)
            text = record.key if until - since < NOTED_S else record.text
            self._world.waiting.records.stayed(self._stream.arn, Stay(since, until, text))

    def _pass(self, position: int) -> None:
        self._note(self._records[self._next : position], self._world.loop.now)
        self._next = position

    def _go_on(self, position: int) -> None:
        self._pass(position)
        self._attempts, self._limit, self._end = 0, self._size, None
        if self.behind:
            self.wake()

    def _skip_what_is_too_old(self) -> None:
        now = self._world.loop.now
        while self.behind:
            age = now - self._records[self._next].at
            # What the stream itself has no more, nobody is told of.
            if age <= self._stream.retention:
                if not 0 <= self._oldest < age:
                    return
                self._give_up(self._records[self._next :][:1], "RecordAgeExceeded")
            self._pass(self._next + 1)
            self._attempts = 0

    def _give_up(self, batch: Sequence[Record], why: str) -> None:
        place = self._world.queues.get(str(self._mapping.dead_letter))
        about = "\n".join(self._texts(batch))
        self._world.tell(self._function.name, f"gives up: {why}", about)
        self._world.killers.given_up(self._stream, batch)
        if place is None or not batch:
            return
        told = {
            "requestContext": {"condition": why, "functionArn": self._function.arn},
            INFO[self._mapping.source.kind]: {
                "startSequenceNumber": batch[0].number,
                "endSequenceNumber": batch[-1].number,
                "batchSize": len(batch),
                "streamArn": self._stream.arn,
            },
        }
        key = self._world.chance.short("given up", batch[0].key)
        self._world.post.send(place, Parcel(key, json.dumps(told)))

    def _wants(self, record: Record) -> bool:
        filters, content = self._mapping.filters, record.content
        if filters and record.number not in self._wanted:
            fields = flatten({name: content[name] for name in self._asked if name in content})
            wants = all(self._world.wiring.passes(each, fields) for each in filters)
            self._wanted[record.number] = wants
        return self._wanted.get(record.number, True)

    def _texts(self, records: Sequence[Record]) -> list[str]:
        """What a story tells the records by."""
        if not self._world.story.kept:
            return []
        return [record.text for record in records]
