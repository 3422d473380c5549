"""What waits anywhere in the system, and why."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from operate import consumers, outbox
from operate.dead_letters import DeadLetters, dead_letters
from operate.messages import Box
from operate.readers import Behind, behind
from operate.reasons import grouped
from operate.system import System
from operate.times import duration
from routes.network.model import Place

SAMPLE = 100
"""So many messages of a dead-letter place are looked at for their reasons."""


@dataclass(frozen=True)
class Queue:
    """A queue that is not empty.

    For a dead-letter place, `of` says whose, and `reasons` are of its first messages. What a
    function redelivers are no dead letters: it moves by itself.
    """

    name: str
    account: str
    is_dead_letters: bool
    of: tuple[str, ...]
    depths: dict[str, int]
    oldest_s: float | None
    redelivered_by: str = ""
    reasons: list[tuple[str, int]] = field(default_factory=list)

    @property
    def count(self) -> int:
        """All its messages."""
        return sum(self.depths.values())


@dataclass(frozen=True)
class Off:
    """A consumer that does not read, or that Lambda has a problem with."""

    label: str
    account: str
    state: str


@dataclass(frozen=True)
class Unpublished:
    """An outbox with events in it."""

    label: str
    account: str
    events: int
    oldest_s: float | None


@dataclass
class Waits:
    """All that waits."""

    queues: list[Queue] = field(default_factory=list)
    off: list[Off] = field(default_factory=list)
    unpublished: list[Unpublished] = field(default_factory=list)
    behind: list[Behind] = field(default_factory=list)

    @property
    def line(self) -> str:
        """All of it in one line."""
        dead = [queue for queue in self.queues if queue.is_dead_letters]
        other = [queue for queue in self.queues if not queue.is_dead_letters]
        events = sum(each.events for each in self.unpublished)
        return (
            f"{sum(queue.count for queue in dead)} dead letters in {len(dead)} places, "
            f"{sum(queue.count for queue in other)} messages in {len(other)} queues, "
            f"{len(self.off)} consumers off, {events} events unpublished"
        ) + (f", {len(self.behind)} readers of streams behind" if self.behind else "")

    @property
    def needs_a_hand(self) -> bool:
        """Whether something waits that does not move by itself."""
        return any(queue.is_dead_letters for queue in self.queues) or bool(self.off)

    def rows(self) -> list[tuple[str, str, str, str, str]]:
        """What waits, where, how much, since when, and why."""
        found = []
        for queue in sorted(self.queues, key=lambda each: not each.is_dead_letters):
            what = "dead letters" if queue.is_dead_letters else "queue"
            what = "undelivered" if queue.redelivered_by else what
            how_many = ", ".join(f"{n} {state}" for state, n in queue.depths.items() if n)
            why = [f"{count}: {text}" for text, count in queue.reasons]
            why = ([f"of {', '.join(queue.of)}"] if queue.of else []) + why
            if queue.redelivered_by:
                why.append(f"{queue.redelivered_by} delivers it, as soon as its target takes it")
            where = f"{queue.name}\n{queue.account}"
            found.append((what, where, how_many, duration(queue.oldest_s), "\n".join(why)))
        for off in self.off:
            found.append(("consumer off", f"{off.label}\n{off.account}", "", "", off.state))
        for box in self.unpublished:
            where, age = f"{box.label}\n{box.account}", duration(box.oldest_s)
            found.append(("unpublished", where, f"{box.events} events", age, ""))
        for late in self.behind:
            where, age = f"{late.label}\n{late.account}", duration(late.age_s)
            cause = "so old was what it read last: it fails or is slow, as its log says"
            found.append(("reader behind", where, "", age, cause))
        return found

    def as_json(self) -> dict[str, Any]:
        """The same as JSON."""
        return {
            "queues": [
                {
                    "name": queue.name,
                    "account": queue.account,
                    "holdsDeadLetters": queue.is_dead_letters,
                    "deadLettersOf": list(queue.of),
                    "redeliveredBy": queue.redelivered_by or None,
                    "messages": queue.depths,
                    "oldestSeconds": queue.oldest_s,
                    "reasons": [{"reason": why, "messages": n} for why, n in queue.reasons],
                }
                for queue in self.queues
            ],
            "consumersOff": [vars(off) for off in self.off],
            "unpublished": [
                {
                    "outbox": box.label,
                    "account": box.account,
                    "events": box.events,
                    "oldestSeconds": box.oldest_s,
                }
                for box in self.unpublished
            ],
            "readersBehind": [
                {"reader": late.label, "account": late.account, "ageSeconds": late.age_s}
                for late in self.behind
            ],
        }


def waits(system: System, step: Callable[[], None] = lambda: None) -> Waits:
    """Looks everywhere; `step` is called after each place that was looked at."""
    found = Waits()
    letters = {each.place.arn: each for each in dead_letters(system)}
    outside = [each.place for each in letters.values() if each.place.resource is None]
    for place in [*system.places("queue"), *outside]:
        queue = _queue(system, place, letters.get(place.arn))
        if queue.count:
            found.queues.append(queue)
        step()
    described = consumers.consumers(system)
    for consumer in described:
        if not consumer.is_on or consumer.problem:
            account = system.account(consumer.hop.target)
            found.off.append(Off(consumer.label, account, consumer.problem or consumer.state))
    for each in outbox.outboxes(system):
        has = outbox.waiting(system, each)
        if has.events:
            account = system.account(each.bus)
            found.unpublished.append(Unpublished(each.label, account, has.events, has.oldest_s))
    found.behind.extend(behind(system, described))
    return found


def _queue(system: System, place: Place, letters: DeadLetters | None) -> Queue:
    box = Box(system, place)
    depths = box.depths()
    # What a function reads is never taken from it, be it for a moment.
    is_read = bool(system.routes.hops_from(place))
    looked_at = box.peek(SAMPLE) if letters and not is_read and depths["visible"] else []
    return Queue(
        name=place.name,
        account=system.account(place),
        is_dead_letters=letters is not None and letters.redelivered_by is None,
        of=letters.of if letters else (),
        depths=depths,
        oldest_s=box.oldest_s(looked_at) if sum(depths.values()) else None,
        redelivered_by=letters.redelivered_by.label if letters and letters.redelivered_by else "",
        reasons=grouped(looked_at),
    )
