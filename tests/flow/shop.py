"""What flow tests do with the running system, in their words."""

from typing import Any

from business import books
from local.system import System, wait_until

WITHIN_S = 60.0
LOCATIONS = ("us-west", "us-east", "eu-west", "eu-east")
QUEUES = ("us-orders", "eu-orders", "invoice-numbering.fifo", "issued-invoices", "order-updates")

Order = dict[str, Any]


def command(location: str = "eu-west", quantity: int = 2, unit_price: int = 1000) -> Order:
    """The body of a `POST /orders`."""
    line = {"sku": "lamp", "quantity": quantity, "unitPrice": unit_price}
    return {"customerId": "flow", "location": location, "lines": [line]}


def place(system: System, location: str = "eu-west") -> str:
    """Places an order; returns its id."""
    answer = system.call("POST", "/orders", command(location))
    assert answer.status_code == 202, answer.text
    order_id: str = answer.json()["orderId"]
    return order_id


def cancel(system: System, order_id: str) -> None:
    """Cancels an order."""
    answer = system.call("POST", f"/orders/{order_id}/cancel")
    assert answer.status_code == 202, answer.text


def shown(system: System, order_id: str) -> Order:
    """The order as the API shows it."""
    order: Order = system.call("GET", f"/orders/{order_id}").json()
    return order


def await_field(system: System, order_id: str, field: str) -> Order:
    """The order, once the API shows the field."""

    def ready() -> Order | None:
        order = shown(system, order_id)
        return order if order.get(field) else None

    order = wait_until(ready, WITHIN_S, f"{field} of order {order_id}")
    assert order
    return order


def await_invoice(system: System, order_id: str) -> Order:
    """The order, once it shows its invoice number."""
    return await_field(system, order_id, "invoiceNumber")


def await_drained(system: System) -> None:
    """Waits until no queue holds an event."""

    def drained() -> bool:
        depths = system.depths("orders") | system.depths("invoicing")
        return not any(depths[queue] for queue in QUEUES)

    wait_until(drained, WITHIN_S, "all queues empty")


def invoice(system: System, order_id: str) -> dict[str, Any] | None:
    """What invoicing's table says of the order, or None."""
    found = books.items(system, "invoicing", f"INVOICE#{order_id}")
    return next(found, None)


def issued_events(system: System, order_id: str) -> list[dict[str, Any]]:
    """The events that invoicing wrote about the order."""
    events = books.items(system, "invoicing", "EVENT#")
    return [event for event in events if event["subject"] == order_id]
