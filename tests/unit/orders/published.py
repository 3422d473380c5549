"""What the orders domain is asked and publishes, as tests of orders and its consumers need it."""

from typing import Any

import msgspec

from contracts.language.envelope import MAX_DETAIL_BYTES
from contracts.language.types import Location
from contracts.orders import OrderCancelled, OrderLine, OrderPlaced

LINES = [OrderLine(sku="keyboard", quantity=2, unit_price=7_995)]
PLACE_ORDER: dict[str, Any] = {
    "customerId": "customer-7",
    "location": "eu-west",
    "lines": [{"sku": "keyboard", "quantity": 2, "unitPrice": 7995}],
}


def order_placed(
    order_id: str = "order-1", location: Location = "eu-west", lines: list[OrderLine] = LINES
) -> OrderPlaced:
    """An order of two keyboards at 79.95."""
    return OrderPlaced(
        order_id=order_id,
        customer_id="customer-7",
        location=location,
        lines=lines,
        total=sum(line.quantity * line.unit_price for line in lines),
        currency="EUR" if location.startswith("eu") else "USD",
    )


def order_cancelled(order_id: str = "order-1", location: Location = "eu-west") -> OrderCancelled:
    """The cancellation of an order."""
    return OrderCancelled(order_id=order_id, location=location)


LARGEST = [
    OrderLine(sku="s", quantity=10_000, unit_price=100_000_000),
    OrderLine(sku="s" * 64, quantity=1, unit_price=0),
    OrderLine(sku="s", quantity=1, unit_price=1),
]
"""Lines of which an order, full of them, weighs most in one way or another."""


def full_of(line: OrderLine) -> list[OrderLine]:
    """As many of the line as an order may have."""
    return [line] * ((MAX_DETAIL_BYTES - 600) // (len(msgspec.json.encode(line)) + 1))
