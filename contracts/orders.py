"""What the orders domain publishes (source `order-service`), and the command it accepts."""

from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from contracts.language.types import (
    MAX_MINOR,
    Contract,
    Currency,
    Identifier,
    Location,
    Minor,
    Version,
)

SOURCE = "order-service"

MAX_UNIT_PRICE = 100_000_000
"""The highest price of one piece, in minor units."""

TEST_CUSTOMER = "crossbus-test"
"""Whose orders are no business: they prove that the system works, and no metric counts them."""


class OrderLine(Contract, frozen=True):
    """One position of an order. `unit_price` is net of tax, in minor units."""

    sku: Identifier
    quantity: Annotated[int, Meta(ge=1, le=10_000)]
    unit_price: Annotated[int, Meta(ge=0, le=MAX_UNIT_PRICE)]


Lines = Annotated[list[OrderLine], Meta(min_length=1)]


class PlaceOrder(Contract, frozen=True):
    """Command: the body of `POST /orders`."""

    customer_id: Identifier
    location: Location
    lines: Lines


class OrderPlaced(Contract, frozen=True):
    """Version 2.0, a full state description. `total` is net of tax, in minor units."""

    order_id: Identifier
    customer_id: Identifier
    location: Location
    lines: Lines
    total: Minor
    currency: Currency


class OrderLineV1(Contract, frozen=True):
    """A position in version 1.0: `unit_price` is a decimal in major units, such as 39.95."""

    sku: Identifier
    quantity: Annotated[int, Meta(ge=1, le=10_000)]
    unit_price: Decimal


class OrderPlacedV1(Contract, frozen=True):
    """Version 1.0: money as decimals in major units. Read, no longer published."""

    order_id: Identifier
    customer_id: Identifier
    location: Location
    lines: Annotated[list[OrderLineV1], Meta(min_length=1)]
    total: Decimal
    currency: Currency


class OrderCancelled(Contract, frozen=True):
    """Version 1.0, sparse: the id, and the location that routes it to the queue of its order."""

    order_id: Identifier
    location: Location


def minor_units(amount: Decimal, maximum: int = MAX_MINOR) -> int:
    """The amount in minor units, exactly. ValueError if it is negative, is more than `maximum`
    minor units, has a fraction of one, or is no number.
    """
    if (
        not amount.is_finite()
        or not 0 <= amount <= Decimal(maximum).scaleb(-2)
        or amount != round(amount, 2)
    ):
        raise ValueError(f"{amount}: expected 0 to {maximum} cents, with at most two decimals")
    return int(round(amount, 2).scaleb(2))


def upcast_order_placed(old: OrderPlacedV1) -> OrderPlaced:
    """The same order in version 2.0. ValueError if version 2.0 cannot hold one of its amounts."""
    return OrderPlaced(
        order_id=old.order_id,
        customer_id=old.customer_id,
        location=old.location,
        lines=[
            OrderLine(
                sku=line.sku,
                quantity=line.quantity,
                unit_price=minor_units(line.unit_price, MAX_UNIT_PRICE),
            )
            for line in old.lines
        ],
        total=minor_units(old.total),
        currency=old.currency,
    )


EVENTS = (
    Version("OrderPlaced", "1.0", OrderPlacedV1, upcast=upcast_order_placed),
    Version("OrderPlaced", "2.0", OrderPlaced),
    Version("OrderCancelled", "1.0", OrderCancelled),
)

COMMANDS = (PlaceOrder,)
