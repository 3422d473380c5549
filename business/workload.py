"""The orders that the measurements place, and how they follow them: `--workload` of `bench`."""

from datetime import datetime
from typing import Any

from bench.workload import CallBack, Faults, Request
from business import books, lake_books
from contracts import fulfillment
from local.errors import LocalRunError
from local.system import System, wait_until

NAME = "orders"
CALL_BACKS = (
    CallBack(
        fulfillment.SOURCE,
        fulfillment.OrderShipped.__name__,
        lambda order_id: Request("GET", f"/orders/{order_id}"),
    ),
)
LAKE_WITHIN_S = 300.0
LOCATIONS = ("us-west", "us-east", "eu-west", "eu-east")


def request(number: int) -> Request:
    """The n-th order, from one location after the other."""
    body: dict[str, Any] = {
        "customerId": f"customer-{number}",
        "location": LOCATIONS[number % len(LOCATIONS)],
        "lines": [
            {"sku": f"sku-{line}", "quantity": 1 + number % 3, "unitPrice": 1_999 + line}
            for line in range(3)
        ],
    }
    return Request("POST", "/orders", body)


def send(system: System, number: int) -> str:
    """Places the n-th order; returns its id. LocalRunError if it is refused."""
    order = request(number)
    answer = system.call(order.method, order.path, order.body)
    if answer.status_code != 202:
        raise LocalRunError(f"expected 202, got {answer.status_code}: {answer.text}")
    order_id: str = answer.json()["orderId"]
    return order_id


def unfinished(system: System, sent: int) -> int:
    """How many of the orders that were placed do not show both their invoice and their shipment."""
    done = "attribute_exists(invoiceNumber) AND attribute_exists(shipmentId)"
    return sent - books.count(system, "orders", done)


def arrived(system: System) -> dict[str, float]:
    """When each order's invoice was numbered, in the clock of time.time()."""
    invoices = books.items(system, "invoicing", "INVOICE#")
    issued = ((each["orderId"], each["issuedAt"]) for each in invoices if "issuedAt" in each)
    return {order_id: datetime.fromisoformat(at).timestamp() for order_id, at in issued}


def faults(system: System, sent: int) -> Faults:
    """What the books say: lost, on the way to the lake too; duplicated, shipped for no order, left
    out between numbers.
    """
    audit = books.audit(system)
    lake = wait_until(lambda: _kept(system), LAKE_WITHIN_S, "every event in the lake, or too many")
    assert lake is not None
    wrong = audit.duplicated + audit.gaps + audit.strays + lake.duplicated + lake.strays
    return Faults(audit.lost + sent - audit.orders + lake.lost, wrong)


def _kept(system: System) -> lake_books.LakeBooks | None:
    """The books of the lake, once nothing is on its way there any more, as far as they tell."""
    found = lake_books.audit(system)
    return found if not found.lost or found.duplicated or found.strays else None
