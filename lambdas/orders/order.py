"""The rules of an order: how it comes to be, and what may happen to it afterwards. No AWS here."""

from datetime import datetime
from typing import Literal, get_args

import msgspec

from contracts.fulfillment import OrderShipped
from contracts.invoicing import InvoiceHeld, InvoiceIssued, InvoiceReleased, InvoiceVoided
from contracts.language.types import Contract, Currency, Location
from contracts.orders import OrderCancelled, OrderPlaced, PlaceOrder
from eventing.errors import NeverSucceeds

Status = Literal["PLACED", "INVOICED", "SHIPPED", "CANCELLED"]
"""In the order of an order's life. A status never goes back."""

LIFE: tuple[Status, ...] = get_args(Status)

CURRENCY: dict[Location, Currency] = {
    "us-west": "USD",
    "us-east": "USD",
    "eu-west": "EUR",
    "eu-east": "EUR",
}


class ContradictingEvent(NeverSucceeds):
    """An invoice, credit note or shipment other than the order has, or another order's."""


class TooLate(Exception):
    """The order's shipment is on its way: it cannot be cancelled any more."""


class Order(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An order as it is stored and shown. `placed` is what its customer asked for; `hold_revision`
    is that of the latest event that said whether its invoice is on hold.
    """

    placed: OrderPlaced
    placed_at: datetime
    correlation_id: str
    status: Status = "PLACED"
    invoice_number: str | None = None
    credit_note_number: str | None = None
    invoice_on_hold: bool = False
    hold_revision: int = 0
    shipment_id: str | None = None

    @property
    def is_cancelled_too_late(self) -> bool:
        """Whether it was shipped although it was cancelled: the cancellation was on its way."""
        return self.status == "CANCELLED" and self.shipment_id is not None


def place(command: PlaceOrder, order_id: str, correlation_id: str, at: datetime) -> Order:
    """A new order. Its total is net of tax, in minor units of its location's currency."""
    placed = OrderPlaced(
        order_id=order_id,
        customer_id=command.customer_id,
        location=command.location,
        lines=command.lines,
        total=sum(line.quantity * line.unit_price for line in command.lines),
        currency=CURRENCY[command.location],
    )
    return Order(placed=placed, placed_at=at, correlation_id=correlation_id)


def cancel(order: Order) -> tuple[Order, OrderCancelled] | None:
    """The order cancelled and the event that says so, or None if it is cancelled already.

    TooLate if it is shipped.
    """
    if order.status == "CANCELLED":
        return None
    if order.shipment_id is not None:
        raise TooLate(f"order {order.placed.order_id} is shipped")
    event = OrderCancelled(order_id=order.placed.order_id, location=order.placed.location)
    return msgspec.structs.replace(order, status="CANCELLED"), event


def follow(order: Order, event: Contract) -> Order:
    """The order after what others say of it: the same whatever the order and number of times.

    ContradictingEvent if an invoice, a credit note or a shipment is not the one that the order has,
    or is another order's.
    """
    match event:
        case InvoiceIssued():
            told: dict[str, str] = {"invoice_number": event.invoice_number}
            status: Status = "INVOICED"
        case InvoiceVoided():
            told = {
                "invoice_number": event.invoice_number,
                "credit_note_number": event.credit_note_number,
            }
            status = "CANCELLED"
        case OrderShipped():
            told, status = {"shipment_id": event.shipment_id}, "SHIPPED"
        case InvoiceHeld() | InvoiceReleased():
            _refuse_contradictions(order, event.order_id, {})
            return _held(order, isinstance(event, InvoiceHeld), event.revision)
        case _:
            raise NeverSucceeds(f"orders do not follow {type(event).__name__}")
    _refuse_contradictions(order, event.order_id, told)
    return msgspec.structs.replace(order, status=max(order.status, status, key=LIFE.index), **told)


def may_be_of_no_order(event: Contract) -> bool:
    """Whether the event may be about an order that never was: who opens a ticket types its id."""
    return isinstance(event, InvoiceHeld | InvoiceReleased)


def _held(order: Order, held: bool, revision: int) -> Order:
    if revision <= order.hold_revision:
        return order
    return msgspec.structs.replace(order, invoice_on_hold=held, hold_revision=revision)


def _refuse_contradictions(order: Order, order_id: str, told: dict[str, str]) -> None:
    if order_id != order.placed.order_id:
        raise ContradictingEvent(f"{order_id} is not order {order.placed.order_id}")
    for field, value in told.items():
        known = getattr(order, field)
        if known not in (None, value):
            raise ContradictingEvent(f"order {order_id} has {known}, not {value}")
