"""Customers of the demo: they place orders through the HTTP API and wait for their invoices."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from rich.progress import Progress

from business.books import items
from local.errors import LocalRunError
from local.system import System, wait_until

LOCATIONS = ("us-west", "us-east", "eu-west", "eu-east")
CUSTOMERS = 8
"""How many order at the same time."""

INVOICED_WITHIN_S = 60.0


def command(number: int) -> dict[str, Any]:
    """The body of a `POST /orders`, from one location after the other."""
    return {
        "customerId": f"customer-{number}",
        "location": LOCATIONS[number % len(LOCATIONS)],
        "lines": [
            {"sku": "keyboard", "quantity": 1 + number % 3, "unitPrice": 7995},
            {"sku": "cable", "quantity": 2, "unitPrice": 499},
        ],
    }


def place(system: System, progress: Progress, first: int, count: int) -> list[str]:
    """Places `count` orders at once; returns their ids. LocalRunError unless each gets a 202."""
    task = progress.add_task("orders placed", total=count)

    def one(number: int) -> str:
        answer = system.call("POST", "/orders", command(number))
        if answer.status_code != 202:
            raise LocalRunError(f"expected 202, got {answer.status_code}: {answer.text}")
        progress.advance(task)
        order_id: str = answer.json()["orderId"]
        return order_id

    with ThreadPoolExecutor(CUSTOMERS) as pool:
        return list(pool.map(one, range(first, first + count)))


def await_invoices(system: System, progress: Progress, order_ids: list[str]) -> None:
    """Waits until each order has the number of its invoice."""
    _await(system, progress, order_ids, "invoiceNumber", "orders invoiced")


def await_credit_notes(system: System, progress: Progress, order_ids: list[str]) -> None:
    """Waits until each order has the number of its credit note."""
    _await(system, progress, order_ids, "creditNoteNumber", "invoices voided")


def _await(system: System, progress: Progress, order_ids: list[str], field: str, what: str) -> None:
    task = progress.add_task(what, total=len(order_ids))

    def all_have_it() -> bool:
        orders = {item["placed"]["orderId"]: item for item in items(system, "orders", "ORDER#")}
        done = [order_id for order_id in order_ids if orders[order_id].get(field)]
        progress.update(task, completed=len(done))
        return len(done) == len(order_ids)

    wait_until(all_have_it, INVOICED_WITHIN_S, f"{len(order_ids)} {what}")


def shown(system: System, order_id: str) -> dict[str, Any]:
    """The order as `GET /orders/{id}` shows it."""
    order: dict[str, Any] = system.call("GET", f"/orders/{order_id}").json()
    return order


def cancel(system: System, order_ids: list[str]) -> None:
    """Cancels orders through the API. LocalRunError unless each gets a 202."""
    for order_id in order_ids:
        answer = system.call("POST", f"/orders/{order_id}/cancel")
        if answer.status_code != 202:
            raise LocalRunError(f"expected 202, got {answer.status_code}: {answer.text}")
