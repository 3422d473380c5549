"""The acts of the story. Each returns the line that it ends with, and raises if it goes wrong."""

import json
from collections.abc import Callable

from rich.progress import Progress

from business import books, shop
from business import redelivery as events
from business.demo import customers, poison
from business.redelivery import Event
from local import faults
from local.errors import LocalRunError
from local.system import System, wait_until

NORMAL = 40
OUTAGE = 20
HELD_BACK_S = 2
HOUR = 10
"""Orders that come during a fault."""
FASTER = 60
UNDELIVERED = "orders-to-invoicing-undelivered"


def a_normal_day(system: System, progress: Progress) -> str:
    """Orders from four locations; each becomes one invoice."""
    order_ids = customers.place(system, progress, 0, NORMAL)
    customers.await_invoices(system, progress, order_ids)
    numbers = {shop.shown(system, order_id)["invoiceNumber"] for order_id in order_ids}
    _expect(len(numbers) == NORMAL, f"{NORMAL} different numbers, got {len(numbers)}")
    return f"{NORMAL} orders from 4 locations, {len(numbers)} invoices, such as {min(numbers)}"


def invoicing_is_down(system: System, progress: Progress) -> str:
    """Its consumers are off: orders are taken all the same, and wait in the queues.

    Two of them are cancelled meanwhile, and their cancellations overtake them.
    """
    system.switch_consumers("invoicing", on=False)
    order_ids = customers.place(system, progress, NORMAL, OUTAGE)
    cancelled = [_first_from(system, order_ids, location) for location in ("us-west", "eu-west")]
    for order_id in cancelled:
        shop.cancel(system, order_id)
    peak = _watch_depths_climb(system, progress, OUTAGE + len(cancelled))
    for queue in shop.ORDER_QUEUES:
        held = events.hold_back(system, "invoicing", queue, _placed(cancelled), HELD_BACK_S)
        _expect(held == 1, f"one order held back in {queue}, got {held}")
    system.switch_consumers("invoicing", on=True)
    customers.await_invoices(system, progress, order_ids)
    return f"{OUTAGE} orders answered with 202 at once; {peak} waited; all invoiced"


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
        ("invoicing", ["InvoiceVoided", "InvoiceIssued"]),
    ):
        for detail_type in detail_types:
            found = list(events.published(system, domain, detail_type).values())
            again.append(len(found))
            events.redeliver(system, domain, found)
    _await_drained(system, progress)
    _expect(_state(system) == before, "tables that duplicates and disorder do not change")
    return (
        f"{len(cancelled)} cancellations came before their orders, {sum(again)} events came twice, "
        "later first: nothing invoiced twice, no status went back"
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
    return (
        f"{wrong} went to {poison.DEAD_LETTERS} at once, {len(behind)} others went on; "
        "repaired, redriven, invoiced"
    )


def a_bad_hour(system: System, progress: Progress) -> str:
    """A deploy breaks a consumer, then somebody takes a bus's permission away; both are mended.

    Time passes faster for what failed meanwhile. Nobody touches a queue.
    """
    first = NORMAL + OUTAGE
    with faults.time_compressed(system, FASTER):
        with faults.function_raising(system, "invoicing", "IssueInvoice"):
            order_ids = customers.place(system, progress, first, HOUR)
            _watch_depths_climb(system, progress, HOUR)
            with faults.bus_statements_removed(system, "invoicing", "invoicing"):
                order_ids += customers.place(system, progress, first + HOUR, HOUR)
                _await_undelivered(system, HOUR)
        customers.await_invoices(system, progress, order_ids)
        _await_drained(system, progress)
    found = books.audit(system)
    _expect(found.balanced, f"books that balance, got {found}")
    return (
        f"{HOUR} orders came while a consumer raised, {HOUR} while its bus refused deliveries; "
        "mended, with no hand on any queue: "
        f"{found.lost} lost, {found.duplicated} duplicated, {found.gaps or 'no'} gaps"
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


def _watch_depths_climb(system: System, progress: Progress, total: int) -> str:
    tasks = {queue: progress.add_task(f"in {queue}", total=total) for queue in shop.ORDER_QUEUES}

    def waiting() -> str:
        depths = system.depths("invoicing")
        for queue, task in tasks.items():
            progress.update(task, completed=depths[queue])
        shown = " and ".join(f"{depths[queue]} events in {queue}" for queue in shop.ORDER_QUEUES)
        return shown if sum(depths[queue] for queue in shop.ORDER_QUEUES) == total else ""

    return wait_until(waiting, shop.WITHIN_S, f"{total} events waiting in {shop.ORDER_QUEUES}")


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


def _state(system: System) -> str:
    """All that the tables say of orders and invoices."""
    tables = (("orders", "ORDER#"), ("invoicing", "INVOICE#"), ("invoicing", "COUNTERS#"))
    found = [
        sorted(
            json.dumps(item, default=str, sort_keys=True) for item in books.items(system, *where)
        )
        for where in tables
    ]
    return json.dumps(found)
