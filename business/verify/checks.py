"""The verification itself: orders, events that must not pass, dead-letter places, alarms, books."""

import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from business.deployed import Deployed
from business.verify import alarms, diagnosis, orders, probes
from business.verify.orders import Followed
from business.verify.result import Books, Result
from operate import waiting
from operate.dead_letters import DeadLetters
from operate.messages import Message
from operate.polling import poll
from operate.reasons import reason

POLL_S = 0.25
SKEW_S = 5
"""The logs are asked from so long before the first request on: clocks differ."""

Say = Callable[[str], None]


def verify(deployed: Deployed, within_s: float, say: Say) -> Result:
    """Verifies a system. What is awaited may take `within_s` seconds, twice.

    Every order that it placed is cancelled at the end, also when something raises.
    """
    result, started = Result(), time.time()
    say("placing orders, and putting events that must not pass")
    placed = orders.place_all(deployed)
    result.order_ids = [order.order_id for order in placed if order.order_id]
    try:
        _events_and_invoices(deployed, placed, result, within_s, say)
    finally:
        say("cancelling all orders")
        for order in placed:
            orders.cancel(deployed, order)
    # An order that has no invoice by now is stuck: its credit note would be waited for in vain.
    _await(deployed, placed, within_s, "uncredited")
    result.took_s = [order.took_s for order in placed if order.took_s is not None]
    _books(placed, result)
    say("looking at dead-letter places and alarms")
    _places_and_alarms(deployed, result, started)
    return result


def _events_and_invoices(
    deployed: Deployed, placed: list[Followed], result: Result, within_s: float, say: Say
) -> None:
    unreadable, forged = probes.new_id(), probes.new_id()
    probes.put_unreadable(deployed, unreadable)
    refused = probes.is_refused(deployed, forged)
    say("following the orders to their documents")
    deadline = time.monotonic() + within_s
    cancelled = [order for order in placed if order.cancel_at_once]
    _await(deployed, placed, within_s, "missing")
    _await(deployed, cancelled, max(0.0, deadline - time.monotonic()), "missing_credit")
    kept = [order for order in placed if not order.cancel_at_once]
    where = ", ".join(order.location for order in kept)
    result.add("orders", _told(kept, "missing"), f"invoice and document each: {where}")
    result.add(
        "cancellation",
        _told(cancelled, "missing") or _told(cancelled, "missing_credit"),
        "invoice, credit note, and a document of each",
    )
    result.add(
        "refused event",
        [] if refused else ["the bus of invoicing took what the account of orders put by hand"],
        "the bus of invoicing takes deliveries of rules only",
    )
    _dead_letter(deployed, result, unreadable, {unreadable, forged}, deadline)


def _dead_letter(
    deployed: Deployed, result: Result, id: str, ids: set[str], deadline: float
) -> None:
    found: list[tuple[DeadLetters, Message]] = []

    def is_there() -> bool:
        found.extend(probes.taken_away(deployed, ids))
        return any(id in message.body for _, message in found)

    poll(is_there, bool, every_s=POLL_S, within_s=max(0.0, deadline - time.monotonic()))
    failures, told = ["the unreadable event became no dead letter"], ""
    for letters, message in found:
        if id in message.body:
            why = reason(message)
            told = f"in {letters.place.name} as {why[:80]}; taken away again"
            aside = any(origin.kind == "queue" for origin in letters.origins)
            failures = [] if aside else [f"expected with a consumer's dead letters: {told}"]
            if not aside:
                result.findings.append(diagnosis.of_dead_letters(deployed.system, letters, why, 1))
    result.add("dead letter", failures, told)


def _await(deployed: Deployed, some: list[Followed], within_s: float, field_name: str) -> None:
    """Looks at the orders until none of them misses anything, or the time is over."""

    def left() -> list[Followed]:
        found = [order for order in some if order.order_id and getattr(order, field_name)]
        for order in found:
            orders.look(deployed, order)
        return found

    poll(left, lambda found: not found, every_s=POLL_S, within_s=within_s)


def _told(some: list[Followed], field_name: str) -> list[str]:
    missing = [(order, getattr(order, field_name)) for order in some]
    return [
        f"the order {order.order_id or 'that was not taken'} from {order.location}: {what}"
        for order, what in missing
        if what
    ]


def _books(placed: list[Followed], result: Result) -> None:
    net: Counter[str] = Counter()
    for order in placed:
        draft: dict[str, Any] = (order.invoice or {}).get("draft") or {}
        if order.uncredited:
            net[draft["order"]["currency"]] += int(draft["total"])
        elif order.number:
            net[draft["order"]["currency"]] += 0
    result.books = Books(
        orders=len(result.order_ids),
        invoices=sum(order.number is not None for order in placed),
        credit_notes=sum(order.credit_note is not None for order in placed),
        net=dict(sorted(net.items())),
    )
    refused = [order.refusal for order in placed if order.order_id and order.refusal]
    told = f"{result.books}; all orders cancelled"
    failures = refused if result.books.is_zero else [str(result.books), *refused]
    result.add("books", failures, told)


def _places_and_alarms(deployed: Deployed, result: Result, started: float) -> None:
    system = deployed.system
    waits = waiting.waits(system)
    undelivered = diagnosis.of_undelivered(system, waits, started - SKEW_S)
    gave_up = [f"{finding.hop}: {finding.why}" for finding in undelivered]
    result.add("deliveries", gave_up, "every rule and topic delivered at once")
    stuck = list(diagnosis.of_places(system, waits))
    told = [f"{finding.hop}: {finding.why}" for finding in stuck]
    result.add("dead-letter places", told, "all empty, all consumers on, all events published")
    full = {queue.name for queue in waits.queues}
    count, ringing = alarms.looked_at(deployed, full)
    bad = [alarm for alarm in ringing if not alarm.excuse]
    excused = "".join(f"; {each.name} {each.excuse}" for each in ringing if each.excuse)
    result.add("alarms", [each.name for each in bad], f"none of {count} rings{excused}")
    # The place of a probe that went astray tells more of the same.
    told_of = {finding.hop for finding in stuck}
    result.findings = [each for each in result.findings if each.hop not in told_of] + stuck
    result.findings += undelivered
    if not result.is_well:
        result.findings += diagnosis.of_functions(system, started - SKEW_S)
        result.findings += [diagnosis.of_alarm(each) for each in bad]
        if not result.findings:
            result.findings += diagnosis.of_queues(waits)
