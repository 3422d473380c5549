"""Where something is stuck: which hop, which permission, which section of the runbook."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from business.verify.alarms import Ringing
from operate import logs, waiting
from operate.dead_letters import DeadLetters, Kind, dead_letters, origin
from operate.system import System
from routes.access.redelivery import Redelivery
from routes.network.model import Place

RUNBOOK = "docs/runbook.md"
LOOK_FIRST = "look-first"
OF_A_CONSUMER = "dead-letters-of-a-consumer"
CONSUMER_DOWN = "a-consumer-is-down"
UNDELIVERED = "what-could-not-be-delivered"
UNROUTED = "what-no-queue-gets"
UNPUBLISHED = "events-that-are-not-published"
FOLLOW = "follow-an-order"
SECTIONS = (
    LOOK_FIRST, OF_A_CONSUMER, CONSUMER_DOWN, UNDELIVERED, UNROUTED, UNPUBLISHED, FOLLOW,
)  # fmt: skip
"""The sections of the runbook that are named here."""

_BY_KIND: dict[Kind, str] = {
    "queue": OF_A_CONSUMER,
    "rule": UNDELIVERED,
    "subscription": UNDELIVERED,
    "unrouted": UNROUTED,
    "stream": UNPUBLISHED,
    "other": LOOK_FIRST,
}
_ACTION = re.compile(r"not authorized to perform: (?P<action>[\w-]+:\w+)")
_DENIED = re.compile(r"NO_PERMISSIONS|AccessDenied|NotAuthorized|not authorized", re.IGNORECASE)
_NEEDED = {
    "bus": "events:PutEvents",
    "topic": "sns:Publish",
    "queue": "sqs:SendMessage",
    "function": "lambda:InvokeFunction",
}
"""What it takes to deliver to a place; a refusal by its policy or the role names it seldom."""

_REDELIVERED = '"message":"redelivered"'
_ERRORS = ('"level":"ERROR"', "[ERROR]", "Task timed out", "AccessDenied")
_LONGEST = 400


@dataclass(frozen=True)
class Finding:
    """Something that is not well. `permission` is empty where none is known to be missing."""

    hop: str
    account: str
    why: str
    permission: str
    section: str

    @property
    def page(self) -> str:
        """The section of the runbook that says what to do."""
        return f"{RUNBOOK}#{self.section}"

    def as_json(self) -> dict[str, Any]:
        """The same as JSON."""
        return {**asdict(self), "runbook": self.page}


def of_places(system: System, waits: waiting.Waits) -> Iterator[Finding]:
    """What dead-letter places hold, which consumers do not read, which events wait in outboxes.

    What waits to be redelivered is of `of_undelivered`.
    """
    places = {(each.place.name, system.account(each.place)): each for each in dead_letters(system)}
    for queue in waits.queues:
        if queue.is_dead_letters:
            letters = places[queue.name, queue.account]
            for why, count in queue.reasons or [("in flight: somebody reads them", queue.count)]:
                yield of_dead_letters(system, letters, why, count)
    for off in waits.off:
        yield Finding(off.label, off.account, off.state, _action(off.state), CONSUMER_DOWN)
    for box in waits.unpublished:
        why = f"{box.events} events are not published"
        yield Finding(box.label, box.account, why, "", UNPUBLISHED)


def of_undelivered(system: System, waits: waiting.Waits, since: float) -> list[Finding]:
    """The hops that gave up since a time: what they gave up was redelivered, or still waits."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for queue in waits.queues:
        if queue.redelivered_by:
            counts[queue.name]["wait"] += queue.count
    functions = {each.function for each in system.routes.redeliveries}
    redelivering = [each for each in logs.logs_of(system) if each.owner in functions]
    for line in logs.search(system, redelivering, [_REDELIVERED], since):
        counts[json.loads(line.text)["queue"]]["were redelivered"] += 1
    return [
        _of_undelivered(system, redelivery, counts[redelivery.waiting.name])
        for redelivery in system.routes.redeliveries
        if redelivery.waiting.name in counts
    ]


def _of_undelivered(system: System, one: Redelivery, counts: Counter[str]) -> Finding:
    told = " and ".join(f"{count} {what}" for what, count in counts.items())
    return Finding(
        hop=origin(one.hop).label,
        account=system.account(one.waiting),
        why=f"it gave up: in {one.waiting.name}, {told}",
        permission=_NEEDED.get(one.hop.target.kind, ""),
        section=UNDELIVERED,
    )


def of_dead_letters(system: System, letters: DeadLetters, why: str, count: int) -> Finding:
    """A finding for dead letters with a reason; the hop is what put them there."""
    permission = _action(why)
    hops = [origin.hop for origin in letters.origins if origin.hop]
    # SNS notes no reason, and gives up within days only where a queue refuses it, or is gone.
    by_sns = all(origin.kind == "subscription" for origin in letters.origins)
    if not permission and hops and (by_sns or _DENIED.search(why)):
        permission = _NEEDED.get(hops[0].target.kind, "")
    return Finding(
        hop="; ".join(letters.of) or letters.place.label,
        account=system.account(letters.place),
        why=f"{count} in {letters.place.name}: {why}",
        permission=permission,
        section=_section(system, letters),
    )


def _section(system: System, letters: DeadLetters) -> str:
    if not letters.origins:
        return LOOK_FIRST
    first = letters.origins[0]
    return UNDELIVERED if first.queue in system.routes.waiting_places else _BY_KIND[first.kind]


def of_functions(system: System, since: float) -> list[Finding]:
    """The first error that each function has logged since a time: a refusal before all others.

    Functions that redeliver are of `of_undelivered`.
    """
    again = {each.function for each in system.routes.redeliveries}
    functions = [
        each
        for each in logs.logs_of(system)
        if each.owner.kind == "function" and each.owner not in again
    ]
    first: dict[logs.Log, str] = {}
    for line in logs.search(system, functions, _ERRORS, since):
        text = _said(line.text)
        if line.log not in first or (_action(text) and not _action(first[line.log])):
            first[line.log] = text
    return [_of_function(system, log.owner, text) for log, text in first.items()]


def _of_function(system: System, function: Place, text: str) -> Finding:
    hops = system.routes.hops_to(function)
    sources = {hop.source.kind for hop in hops}
    section = CONSUMER_DOWN if "queue" in sources else UNPUBLISHED if "table" in sources else FOLLOW
    read = ", ".join(dict.fromkeys(hop.source.label for hop in hops))
    return Finding(
        hop=f"{read} to {function.label}" if read else function.label,
        account=system.account(function),
        why=text,
        permission=_action(text),
        section=section,
    )


def of_alarm(alarm: Ringing) -> Finding:
    """An alarm that rings: its description says what of."""
    why = f"{alarm.meaning} {alarm.reason}".strip()
    return Finding(f"alarm {alarm.name}", alarm.account, why, "", LOOK_FIRST)


def of_queues(waits: waiting.Waits) -> Iterator[Finding]:
    """The queues that are not empty: where an order may be that left no other trace."""
    for queue in waits.queues:
        if not queue.is_dead_letters:
            why = f"{queue.count} messages wait"
            yield Finding(f"queue {queue.name}", queue.account, why, "", CONSUMER_DOWN)


def _action(text: str) -> str:
    found = _ACTION.search(text)
    return found["action"] if found else ""


def _said(line: str) -> str:
    """What a line of a function's log says went wrong: of an exception, its last line."""
    try:
        said = json.loads(line)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        return " ".join(line.split())[:_LONGEST]
    error = str(said.get("exception") or said.get("error") or "").strip()
    last = error.splitlines()[-1] if error else ""
    return f"{said.get('message', '')}: {last}".strip(": ")[:_LONGEST]
