"""Customers of the demo: many at once, with a bar that shows how far they are."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from rich.progress import Progress

from business import shop
from local.system import System, wait_until

CUSTOMERS = 8
"""How many order at the same time."""


def command(number: int) -> dict[str, Any]:
    """The body of a `POST /orders`, from one location after the other."""
    return {
        "customerId": f"customer-{number}",
        "location": shop.LOCATIONS[number % len(shop.LOCATIONS)],
        "lines": [
            {"sku": "keyboard", "quantity": 1 + number % 3, "unitPrice": 7995},
            {"sku": "cable", "quantity": 2, "unitPrice": 499},
        ],
    }


def place(system: System, progress: Progress, first: int, count: int) -> list[str]:
    """Places `count` orders at once; returns their ids. LocalRunError unless each gets a 202."""
    task = progress.add_task("orders placed", total=count)

    def one(number: int) -> str:
        order_id = shop.send(system, command(number))
        progress.advance(task)
        return order_id

    with ThreadPoolExecutor(CUSTOMERS) as pool:
        return list(pool.map(one, range(first, first + count)))


def await_invoices(system: System, progress: Progress, order_ids: list[str]) -> None:
    """Waits until each order has the number of its invoice."""
    _await(system, progress, order_ids, "invoiceNumber", "orders invoiced")


def await_shipments(system: System, progress: Progress, order_ids: list[str]) -> None:
    """Waits until each order has its shipment."""
    _await(system, progress, order_ids, "shipmentId", "orders shipped")


def await_credit_notes(system: System, progress: Progress, order_ids: list[str]) -> None:
    """Waits until each order has the number of its credit note."""
    _await(system, progress, order_ids, "creditNoteNumber", "invoices voided")


def _await(system: System, progress: Progress, order_ids: list[str], field: str, what: str) -> None:
    task = progress.add_task(what, total=len(order_ids))

    def all_have_it() -> bool:
        orders = shop.orders(system)
        done = [order_id for order_id in order_ids if orders[order_id].get(field)]
        progress.update(task, completed=len(done))
        return len(done) == len(order_ids)

    wait_until(all_have_it, shop.WITHIN_S, f"{len(order_ids)} {what}")
