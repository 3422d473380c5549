"""The verification itself: orders, events that must not pass, dead-letter places, alarms, books."""

import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from business.deployed import Deployed
from business.verify import alarms, audit, diagnosis, orders, probes, tickets
from business.verify.orders import Followed
from business.verify.result import Books, Result
from operate import waiting
from operate.dead_letters import DeadLetters
from operate.messages import Message
from operate.polling import poll
from operate.reasons import reason

POLL_S = 0.25
DELAY_QUEUE = "due-shipments"
SKEW_S = 5
"""The logs are asked from so long before the first request on: clocks differ."""

Say = Callable[[str], None]


def verify(deployed: Deployed, within_s: float, say: Say) -> Result:
    """Verifies a system. What is awaited may take `within_s` seconds, six times; a shipment, the
    time that it is held back for as well, and the lake that for which it gathers events.

    Every order that it placed and that is not shipped is cancelled at the end, also when something
    raises.
    """
    result, started = Result(), time.time()
    say("placing orders, and putting events that must not pass")
    placed = orders.place_all(deployed)
    result.order_ids = [order.order_id for order in placed if order.order_id]
    try:
        _events_and_invoices(deployed, placed, result, within_s, say)
        _tickets(deployed, placed, result, within_s, say)
        _shipments(deployed, placed, result, within_s, say)
        _lake(deployed, placed, result, within_s, started, say)
    finally:
        say("cancelling what is not shipped")
        for order in placed:
            orders.take_back(deployed, order)
    # An order that has no invoice by now is stuck: its credit note would be waited for in vain.
    _await(deployed, placed, within_s, "uncredited")
    result.took("invoice", [order.took_s for order in placed])
    result.took("shipment", [order.took_to_shipment_s for order in placed])
    _books(placed, result)
    say("looking at dead-letter places and alarms")
    _places_and_alarms(deployed, result, started)
    return result


def _events_and_invoices(
    deployed: Deployed, placed: list[Followed], result: Result, within_s: float, say: Say
) -> None:
    unreadable, forged = probes.new_id(), probes.new_id()
    say(
        f"an event that nobody can read comes into {', '.join(probes.set_aside_in(deployed))}, for "
        "seconds: their alarms may ring, and go back by themselves within minutes"
    )
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


def _tickets(
    deployed: Deployed, placed: list[Followed], result: Result, within_s: float, say: Say
) -> None:
    bus = tickets.bus_of(deployed)
    if bus.is_partner_bus:
        result.add("tickets", [], f"none sent: only the partner can, on {bus.name}")
        return
    say("opening a ticket of each department, and resolving them")
    failures = tickets.verify(deployed, tickets.about(placed), within_s)
    told = "each reached the department that it concerns and no other; an invoice was on hold"
    result.add("tickets", failures, told)


def _shipments(
    deployed: Deployed, placed: list[Followed], result: Result, within_s: float, say: Say
) -> None:
    held_back_s = deployed.delay_s("fulfillment", DELAY_QUEUE)
    say(f"following the orders to their shipments, {held_back_s} s after they were planned")
    _await(deployed, placed, within_s + held_back_s, "missing_shipment")
    failures = _told(placed, "missing_shipment")
    for order in placed:
        if order.shown_shipment and not order.cancel_at_once:
            refusal = orders.is_too_late_to_cancel(deployed, order)
            failures += [refusal] if refusal else []
    in_time = all(order.is_withdrawn for order in placed if order.cancel_at_once)
    cancelled = "not shipped" if in_time else "cancelled too late, and shows so"
    told = f"shipped, and not to be cancelled any more; what was cancelled at once is {cancelled}"
    result.add("shipments", failures, told)


def _lake(
    deployed: Deployed,
    placed: list[Followed],
    result: Result,
    within_s: float,
    started: float,
    say: Say,
) -> None:
    gathers_s = audit.gathers_s(deployed)
    say(f"looking for their events in the lake, which gathers them for {gathers_s} s")
    failures = poll(
        lambda: audit.missing(deployed, placed, started),
        lambda found: not found,
        every_s=POLL_S,
        within_s=within_s + gathers_s,
    )
    result.add("audit", failures, "the lake has every order and invoice, and answers SQL")


def _dead_letter(
    deployed: Deployed, result: Result, id: str, ids: set[str], deadline: float
) -> None:
    """The unreadable event has to be set aside by each domain that reads such events."""
    readers, places = probes.readers(deployed), set(probes.set_aside_in(deployed))
    found: list[tuple[DeadLetters, Message]] = []

    def are_there() -> bool:
        came_into = {letters.place.name for letters, _ in found}
        found.extend(probes.taken_away(deployed, ids, places - came_into))
        return len(_about(id, found)) >= len(readers)

    poll(are_there, bool, every_s=POLL_S, within_s=max(0.0, deadline - time.monotonic()))
    failures, told, aside = [], [], set()
    for letters, message in _about(id, found):
        why = reason(message)
        where = f"in {letters.place.name} as {why[:80]}"
        told.append(where)
        if any(origin.kind in ("queue", "stream") for origin in letters.origins):
            aside.add(deployed.domain_of(letters.place))
            continue
        failures.append(f"expected with a consumer's dead letters: {where}")
        result.findings.append(diagnosis.of_dead_letters(deployed.system, letters, why, 1))
    for domain in sorted(readers - aside):
        failures.append(f"the unreadable event became no dead letter of {domain}")
    result.add("dead letter", failures, f"{'; '.join(sorted(told))}; taken away again")


def _about(id: str, found: list[tuple[DeadLetters, Message]]) -> list[tuple[DeadLetters, Message]]:
    return [each for each in found if id in each[1].body]


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
        if order.number:
            net[draft["order"]["currency"]] += 0 if order.credit_note else int(draft["total"])
    result.books = Books(
        orders=len(result.order_ids),
        invoices=sum(order.number is not None for order in placed),
        credit_notes=sum(order.credit_note is not None for order in placed),
        shipments=sum(order.shipped is not None for order in placed),
        withdrawn=sum(order.is_withdrawn for order in placed),
        net=dict(sorted(net.items())),
    )
    refused = [order.refusal for order in placed if order.order_id and order.refusal]
    failures = refused if result.books.is_zero else [str(result.books), *refused]
    result.add("books", failures, f"{result.books}; what is not shipped is cancelled")


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
