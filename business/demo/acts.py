"""The acts of the story. Each returns the line that it ends with, and raises if it goes wrong."""

import json
from collections.abc import Callable

from rich.progress import Progress

from business import books, lake_books, shop, tickets
from business import redelivery as events
from business.audit.questions import QUESTIONS
from business.demo import customers, poison
from business.lake_books import LakeBooks
from business.redelivery import Event
from local import faults
from local.errors import LocalRunError
from local.system import System, wait_until

NORMAL = 40
OUTAGE = 20
HELD_BACK_S = 2
DEPARTMENTS: dict[str, set[str]] = {
    "billing": {"invoicing"},
    "fulfillment": {"fulfillment"},
    "sales": set(),
}
"""The domains that a ticket reaches, by its department."""

OTHERS = {"invoicing": shop.ORDER_QUEUES, "fulfillment": ("shipment-orders",)}
"""The domains that observe orders, and the queues in which these wait there."""
HOUR = 10
"""Orders that come during a fault."""
FASTER = 60
UNDELIVERED = "orders-to-invoicing-undelivered"


def a_normal_day(system: System, progress: Progress) -> str:
    """Orders from four locations; each becomes one invoice and one shipment."""
    order_ids = customers.place(system, progress, 0, NORMAL)
    customers.await_invoices(system, progress, order_ids)
    customers.await_shipments(system, progress, order_ids)
    shown = [shop.shown(system, order_id) for order_id in order_ids]
    numbers, shipments = (
        {order[field] for order in shown} for field in ("invoiceNumber", "shipmentId")
    )
    for found in (numbers, shipments):
        _expect(len(found) == NORMAL, f"{NORMAL} different of {min(found)}, got {len(found)}")
    return (
        f"{NORMAL} orders from 4 locations, {len(numbers)} invoices, such as {min(numbers)}, "
        f"{len(shipments)} shipments"
    )


def all_others_are_down(system: System, progress: Progress) -> str:
    """The consumers of invoicing and fulfillment are off: orders are taken all the same, and wait
    in the queues.

    Two of them are cancelled meanwhile, and their cancellations overtake them.
    """
    for domain in OTHERS:
        system.switch_consumers(domain, on=False)
    order_ids = customers.place(system, progress, NORMAL, OUTAGE)
    cancelled = [_first_from(system, order_ids, location) for location in ("us-west", "eu-west")]
    for order_id in cancelled:
        shop.cancel(system, order_id)
    peak = _watch_depths_climb(system, progress, OUTAGE + len(cancelled), *OTHERS)
    for domain, queues in OTHERS.items():
        held = sum(
            events.hold_back(system, domain, queue, _placed(cancelled), HELD_BACK_S)
            for queue in queues
        )
        _expect(held == len(cancelled), f"two orders held back in {domain}, got {held}")
        system.switch_consumers(domain, on=True)
    kept = [order_id for order_id in order_ids if order_id not in cancelled]
    customers.await_invoices(system, progress, order_ids)
    customers.await_shipments(system, progress, kept)
    _await_drained(system, progress)
    shipped = [each for each in cancelled if shop.shown(system, each)["shipmentId"]]
    _expect(not shipped, f"no shipment of a cancelled order, got {len(shipped)}")
    return (
        f"{OUTAGE} orders answered with 202 at once; {peak} waited; all invoiced; "
        f"{len(kept)} shipped, the {len(cancelled)} cancelled are not"
    )


def tickets_of_a_partner(system: System, progress: Progress) -> str:
    """A ticket of each department arrives on the partner's bus; one holds an invoice, and one a
    shipment: of an order that it overtakes.
    """
    billed, other = list(shop.orders(system))[:2]
    task = progress.add_task("tickets opened", total=None)
    unshipped, of_fulfillment = tickets.place_held(system)
    about = {"billing": billed, "fulfillment": unshipped, "sales": other}
    opened = {"fulfillment": of_fulfillment}
    opened |= {one: tickets.opened(system, about[one], one) for one in ("billing", "sales")}
    tickets.await_hold(system, billed, on=True)
    customers.await_invoices(system, progress, [unshipped])
    _await_drained(system, progress)
    _await_nothing_lost(system)
    _expect(not shop.shown(system, unshipped)["shipmentId"], "a shipment that is held")
    reached = {one: tickets.reached(system, ticket_id) for one, ticket_id in opened.items()}
    _expect(reached == DEPARTMENTS, f"tickets where they concern somebody, got {reached}")
    progress.update(task, description="tickets resolved")
    for one, ticket_id in opened.items():
        tickets.resolve(system, ticket_id, about[one], one)
    tickets.await_hold(system, billed, on=False)
    customers.await_shipments(system, progress, [unshipped])
    _await_nothing_lost(system)
    number = shop.shown(system, billed)["invoiceNumber"]
    return (
        f"one of billing held invoice {number} and one of fulfillment a shipment until they were "
        "resolved, one of sales reached nobody"
    )


def duplicates_and_disorder(system: System, progress: Progress) -> str:
    """Everything again and backwards; the tables do not change."""
    cancelled = [
        order_id
        for order_id, order in shop.orders(system).items()
        if order["status"] == "CANCELLED"
    ]
    customers.await_credit_notes(system, progress, cancelled)
    before = _state(system)
    again = []
    for domain, detail_types in (
        ("orders", ["OrderCancelled", "OrderPlaced"]),
        ("fulfillment", ["OrderShipped"]),
        ("support", ["TicketResolved", "TicketCreated"]),
        ("invoicing", ["InvoiceReleased", "InvoiceHeld", "InvoiceVoided", "InvoiceIssued"]),
    ):
        for detail_type in detail_types:
            found = list(events.published(system, domain, detail_type).values())
            again.append(len(found))
            events.redeliver(system, domain, found)
    _await_drained(system, progress)
    _expect(_state(system) == before, "tables that duplicates and disorder do not change")
    return (
        f"{len(cancelled)} cancellations came before their orders, {sum(again)} events came twice, "
        "later first: nothing invoiced or shipped twice, no status went back"
    )


def a_poison_message(system: System, progress: Progress) -> str:
    """One event can never be processed and is set aside; the others go on; it is repaired."""
    # Taken first, so that the poison message is not among them.
    behind = list(events.published(system, "orders", "OrderPlaced").values())[:10]
    order_id = poison.import_order(system)
    events.redeliver(system, "orders", behind)
    poison.await_death(system)
    wrong = poison.repair(system)
    poison.redrive(system)
    customers.await_invoices(system, progress, [order_id])
    customers.await_shipments(system, progress, [order_id])
    first, second, third = poison.DEAD_LETTERS.values()
    places = f"{first}, {second} and {third}"
    return (
        f"{wrong} went to {places} at once, {len(behind)} others went on; "
        "repaired, redriven, invoiced, shipped"
    )


def a_bad_hour(system: System, progress: Progress) -> str:
    """A deploy breaks a consumer, then somebody takes a bus's permission away; both are mended.

    Time passes faster for what failed meanwhile. Nobody touches a queue.
    """
    first = NORMAL + OUTAGE
    with faults.time_compressed(system, FASTER):
        with faults.function_raising(system, "invoicing", "IssueInvoice"):
            order_ids = customers.place(system, progress, first, HOUR)
            _watch_depths_climb(system, progress, HOUR, "invoicing")
            with faults.bus_statements_removed(system, "invoicing", "invoicing"):
                order_ids += customers.place(system, progress, first + HOUR, HOUR)
                _await_undelivered(system, HOUR)
        customers.await_invoices(system, progress, order_ids)
        customers.await_shipments(system, progress, order_ids)
        _await_drained(system, progress)
    found = books.audit(system)
    _expect(found.balanced, f"books that balance, got {found}")
    return (
        f"{HOUR} orders came while a consumer raised, {HOUR} while its bus refused deliveries; "
        "mended, with no hand on any queue: "
        f"{found.lost} lost, {found.duplicated} duplicated, {found.gaps or 'no'} gaps"
    )


def the_audit(system: System, progress: Progress) -> str:
    """Insights has seen every event of every domain, and answers a question about them in SQL."""
    task = progress.add_task("events in the lake", total=None)

    def seen() -> LakeBooks | None:
        now = lake_books.audit(system)
        progress.update(task, completed=now.events - now.lost)
        return now if now.balanced else None

    found = wait_until(seen, shop.WITHIN_S, "every event in the lake, and every unit counted")
    [types] = lake_books.answer(system, "SELECT count(DISTINCT detail_type) FROM events").rows
    slowest = lake_books.answer(system, QUESTIONS["slowest"]).rows[0]
    return (
        f"insights has all {found.events if found else 0} events of {types[0]} types, and counted "
        f"{found.units if found else 0} units ordered; make audit QUESTION=slowest: "
        f"order {str(slowest[0])[:8]} was invoiced after {float(slowest[3] or 0):.1f} s"
    )


def _expect(holds: bool, what: str) -> None:
    if not holds:
        raise LocalRunError(f"expected {what}")


def _first_from(system: System, order_ids: list[str], location: str) -> str:
    found = (order_id for order_id in order_ids if _location(system, order_id) == location)
    return next(found)


def _location(system: System, order_id: str) -> str:
    location: str = shop.shown(system, order_id)["location"]
    return location


def _placed(order_ids: list[str]) -> Callable[[Event], bool]:
    return lambda event: (
        event["detail-type"] == "OrderPlaced" and event["detail"]["data"]["orderId"] in order_ids
    )


def _watch_depths_climb(system: System, progress: Progress, total: int, *domains: str) -> str:
    """Waits until the queues of each domain hold so many events; returns how many are in each."""
    tasks = {
        (domain, queue): progress.add_task(f"in {queue}", total=total)
        for domain in domains
        for queue in OTHERS[domain]
    }

    def waiting() -> str:
        depths = {domain: system.depths(domain) for domain in domains}
        for (domain, queue), task in tasks.items():
            progress.update(task, completed=depths[domain][queue])
        if any(sum(depths[each][queue] for queue in OTHERS[each]) != total for each in domains):
            return ""
        shown = [f"{depths[domain][queue]} events in {queue}" for domain, queue in tasks]
        return f"{', '.join(shown[:-1])} and {shown[-1]}"

    return wait_until(waiting, shop.WITHIN_S, f"{total} events waiting in {' and '.join(domains)}")


def _await_undelivered(system: System, count: int) -> None:
    wait_until(
        lambda: system.depths("orders")[UNDELIVERED] == count,
        shop.WITHIN_S,
        f"{count} events in {UNDELIVERED}",
    )


def _await_drained(system: System, progress: Progress) -> None:
    task = progress.add_task("events on their way", total=None)

    def drained() -> bool:
        left = shop.events_left(system)
        progress.update(task, completed=left)
        return not left

    wait_until(drained, shop.WITHIN_S, "all queues empty")


def _await_nothing_lost(system: System) -> None:
    """Waits until everything is in the books of whom it concerns."""
    wait_until(lambda: not books.audit(system).lost, shop.WITHIN_S, "nothing lost in the books")


def _state(system: System) -> str:
    """All that the tables say of orders, invoices, shipments and tickets."""
    tables = (
        ("orders", "ORDER#"),
        ("invoicing", "INVOICE#"),
        ("invoicing", "COUNTERS#"),
        ("invoicing", "HOLD#"),
        ("support", "TICKET#"),
        ("fulfillment", "SHIPMENT#"),
    )
    found = [
        sorted(
            json.dumps(item, default=str, sort_keys=True) for item in books.items(system, *where)
        )
        for where in tables
    ]
    return json.dumps(found)
