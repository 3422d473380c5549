"""The shop in this business's words: orders placed, cancelled and followed in a running system."""

from typing import Any

from business import books
from local.errors import LocalRunError
from local.system import System, wait_until
from stacks.topology import DOMAINS

LOCATIONS = ("us-west", "us-east", "eu-west", "eu-east")
ORDER_QUEUES = ("us-orders", "eu-orders")

WITHIN_S = 60.0
"""How long an order may take to become what is waited for."""

Order = dict[str, Any]


def command(location: str = "eu-west", quantity: int = 2, unit_price: int = 1000) -> Order:
    """The body of a `POST /orders` of one line; the price is in minor units."""
    line = {"sku": "lamp", "quantity": quantity, "unitPrice": unit_price}
    return {"customerId": "somebody", "location": location, "lines": [line]}


def place(system: System, location: str = "eu-west") -> str:
    """Places an order from a location; returns its id. LocalRunError unless it gets a 202."""
    return send(system, command(location))


def send(system: System, body: Order) -> str:
    """Places the order that a body says; returns its id. LocalRunError unless it gets a 202."""
    order_id: str = _accepted(system, "/orders", body)["orderId"]
    return order_id


def cancel(system: System, order_id: str) -> None:
    """Cancels an order. LocalRunError unless it gets a 202."""
    _accepted(system, f"/orders/{order_id}/cancel", None)


def shown(system: System, order_id: str) -> Order:
    """The order as `GET /orders/{id}` shows it."""
    order: Order = system.call("GET", f"/orders/{order_id}").json()
    return order


def await_field(system: System, order_id: str, field: str) -> Order:
    """The order, once the API shows the field. LocalRunError when it never does."""

    def ready() -> Order | None:
        order = shown(system, order_id)
        return order if order.get(field) else None

    return wait_until(ready, WITHIN_S, f"{field} of order {order_id}") or {}


def await_invoice(system: System, order_id: str) -> Order:
    """The order, once it shows its invoice number. LocalRunError when it never does."""
    return await_field(system, order_id, "invoiceNumber")


def await_shipment(system: System, order_id: str) -> Order:
    """The order, once it shows its shipment. LocalRunError when it never does."""
    return await_field(system, order_id, "shipmentId")


def await_drained(system: System) -> None:
    """Waits until no event is still to be worked on. LocalRunError when some stay."""
    wait_until(lambda: not events_left(system), WITHIN_S, "all queues empty")


def events_left(system: System) -> int:
    """How many events are still to be worked on: what is in the queues that functions consume."""
    left = 0
    for domain in DOMAINS:
        held = {queue: n for queue, n in system.depths(domain).items() if n}
        # Most domains hold nothing, and what functions consume is a longer question.
        worked_on = consumed(system, domain) if held else set()
        left += sum(n for queue, n in held.items() if queue in worked_on)
    return left


def consumed(system: System, domain: str) -> set[str]:
    """The names of the queues that functions of a domain consume."""
    mappings = system.client("lambda", domain).list_event_source_mappings()["EventSourceMappings"]
    sources = (each["EventSourceArn"] for each in mappings)
    return {source.rpartition(":")[2] for source in sources if ":sqs:" in source}


def orders(system: System) -> dict[str, Order]:
    """The stored orders by id."""
    return {order["placed"]["orderId"]: order for order in books.items(system, "orders", "ORDER#")}


def invoice(system: System, order_id: str) -> dict[str, Any] | None:
    """What invoicing's table says of the order, or None."""
    return next(books.items(system, "invoicing", f"INVOICE#{order_id}"), None)


def shipment(system: System, order_id: str) -> dict[str, Any] | None:
    """What fulfillment's table says of the order, or None."""
    return next(books.items(system, "fulfillment", f"SHIPMENT#{order_id}"), None)


def issued_events(system: System, order_id: str) -> list[dict[str, Any]]:
    """The events that invoicing has published about the order, each once."""
    found = {
        event["detail"]["metadata"]["id"]: event
        for event in books.events(system, "invoicing")
        if event["source"] == "invoice-service" and books.subject(event) == order_id
    }
    return list(found.values())


def _accepted(system: System, path: str, body: Order | None) -> Order:
    answer = system.call("POST", path, body)
    if answer.status_code != 202:
        raise LocalRunError(f"POST {path}: expected 202, got {answer.status_code}: {answer.text}")
    accepted: Order = answer.json()
    return accepted
