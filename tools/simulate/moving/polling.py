"""Event source mappings of queues: batches to a function, and what is deleted after.

https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
"""

import math
from typing import TYPE_CHECKING, Any

from routes.filters.matching import any_matches, flatten
from routes.network.model import Hop
from routes.reading.shapes import parsed
from simulate.functions.running import Result
from simulate.loop import BEGIN
from simulate.state.messages import Message
from simulate.story import named

if TYPE_CHECKING:
    from simulate.world import World

SOON_S = (0.02, 0.5)
CONCURRENT = 1000
STANDARD_BATCH = 10


class Poller:
    """One mapping, with the batches that its function has at the moment."""

    def __init__(self, world: "World", mapping: Hop) -> None:
        settings = mapping.settings
        self._world, self._mapping = world, mapping
        self._queue = world.queues[mapping.source.arn]
        self._function = world.wiring.functions[mapping.target.arn]
        self._size = int(settings.get("BatchSize", STANDARD_BATCH))
        self._window = float(settings.get("MaximumBatchingWindowInSeconds", 0))
        scaling = settings.get("ScalingConfig") or {}
        self._most = int(scaling.get("MaximumConcurrency", CONCURRENT))
        self._reports = "ReportBatchItemFailures" in settings.get("FunctionResponseTypes", [])
        self._at_work = 0
        self._polls = 0
        self._soon: float | None = None
        self._due: set[float] = set()

    def wake(self, when: float) -> None:
        """A message may be received from a time on."""
        world = self._world
        if self._soon is None:
            drawn = world.chance.between(*SOON_S, "poll", self._queue.name, self._polls)
            self._soon = drawn + self._window
        at = max(when, world.loop.now) + self._soon
        # Polls a tenth of a second apart are one.
        at = math.ceil(at * 10) / 10
        if at not in self._due:
            self._due.add(at)
            world.loop.at(at, lambda: self._poll(at))

    def _poll(self, due: float) -> None:
        self._due.discard(due)
        world, now = self._world, self._world.loop.now
        if world.wiring.delivers(self._mapping, None):
            return
        off = world.troubles.off_until(self._mapping)
        if off is not None:
            if self._queue.shows_any(now):
                self.wake(off)
            return
        while self._at_work < self._most and self._queue.shows_any(now):
            self._polls += 1
            self._soon = None
            about = (self._queue.name, self._polls)
            most, order = self._size, _by_age
            if self._queue.messages[1:]:
                # Lambda takes what is there, of which a poll may see a part.
                if world.chance.number("all", *about) < 0.5:
                    most = world.chance.whole(1, self._size, "batch", *about)
                if world.chance.number("order", *about) < 0.5:
                    order = self._order
            batch = self._queue.receive(most, now, order)
            if not batch:
                return
            self._hand_over(batch)

    def _order(self, message: Message) -> float:
        return self._world.chance.number("order", message.key, message.receives)

    def _hand_over(self, batch: list[Message]) -> None:
        world = self._world
        wanted = [message for message in batch if self._wants(message)]
        for message in batch:
            if message not in wanted:
                self._queue.delete(message.receipt, world.loop.now)
        if not wanted:
            return
        about = "\n".join(message.body for message in wanted)
        if world.troubles.is_throttled(self._function.arn):
            # https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
            world.tell(self._function.name, "is throttled: the batch goes back", about)
            self._wake_for(wanted)
            return
        world.deliveries += len(wanted)
        again = f", for the {wanted[0].receives}. time" if wanted[0].receives > 1 else ""
        bodies = [message.body for message in wanted]
        world.handed(self._function.name, self._queue.name, bodies, again)
        self._at_work += 1
        records = [self._record(message) for message in wanted]
        receipts = {message.id: message.receipt for message in wanted}
        world.functions.invoke(
            self._function,
            {"Records": records},
            f"{self._queue.name} {wanted[0].receipt}",
            about,
            lambda result: self._done(result, wanted, receipts, about),
            last_call=world.killers.of_messages(self._queue, self._function.name, wanted),
        )

    def _done(
        self, result: Result, batch: list[Message], receipts: dict[str, str], about: str
    ) -> None:
        world = self._world
        self._at_work -= 1
        failed = self._failed(result, set(receipts))
        if failed is None:
            why = result.error or "an answer that names no message of the batch"
            world.tell(self._function.name, f"fails: {why[:120]}", about)
        else:
            self._acknowledge([each for each in batch if each.id not in failed], batch, about)
            self._tell_parts(batch, failed)
        self._wake_for(batch)
        if self._queue.shows_any(world.loop.now):
            self.wake(world.loop.now)

    def _wake_for(self, batch: list[Message]) -> None:
        """What is left of a batch is shown again: before that its function has ended."""
        for message in batch:
            if message in self._queue.messages:
                self.wake(message.visible)

    def _tell_parts(self, batch: list[Message], failed: set[str]) -> None:
        """Tells of each message of a batch that failed in part what became of it."""
        for message in batch if failed else ():
            said = (
                "says that it failed with" if message.id in failed else "says that it is done with"
            )
            self._world.tell(self._function.name, f"{said} {named(message.body)}", message.body)

    def _acknowledge(self, done: list[Message], batch: list[Message], about: str) -> None:
        world = self._world
        for message in done:
            since, now = message.first_received, world.loop.now
            world.finished(now, since, self._queue.name, message.body)
        if not world.strikes("not deleted", self._function.name, about, batch[0].receipt):
            for message in done:
                self._queue.delete(message.receipt, world.loop.now)

    def _failed(self, result: Result, sent: set[str]) -> set[str] | None:
        """The messages that come again; None for all of them."""
        if result.error:
            return None
        if not self._reports:
            return set()
        answer = result.answer or {}
        if not isinstance(answer, dict):
            return None
        failures = answer.get("batchItemFailures") or []
        failed = {str(each.get("itemIdentifier")) for each in failures}
        return failed if failed <= sent else None

    def _wants(self, message: Message) -> bool:
        filters = self._mapping.filters
        if not filters:
            return True
        # https://docs.aws.amazon.com/lambda/latest/dg/with-sqs-filtering.html
        fields = flatten({"body": parsed(message.body), "messageAttributes": message.attributes})
        return all(any_matches(each.alternatives, fields) for each in filters)

    def _record(self, message: Message) -> dict[str, Any]:
        attributes = {
            "ApproximateReceiveCount": str(message.receives),
            "SentTimestamp": _milliseconds(message.sent),
            "ApproximateFirstReceiveTimestamp": _milliseconds(message.first_received),
        }
        if message.group:
            attributes["MessageGroupId"] = message.group
        if message.deduplication:
            attributes["MessageDeduplicationId"] = message.deduplication
        if message.trace:
            attributes["AWSTraceHeader"] = message.trace
        return {
            "messageId": message.id,
            "receiptHandle": message.receipt,
            "body": message.body,
            "attributes": attributes,
            "messageAttributes": {
                name: {
                    "dataType": value["DataType"],
                    "stringValue": value.get("StringValue"),
                    "stringListValues": [],
                    "binaryListValues": [],
                }
                for name, value in message.attributes.items()
            },
            "eventSource": "aws:sqs",
            "eventSourceARN": self._queue.arn,
            "awsRegion": self._function.region,
        }


def _milliseconds(at: float) -> str:
    return str(int((BEGIN.timestamp() + at) * 1000))


def _by_age(message: Message) -> float:
    return message.sent
