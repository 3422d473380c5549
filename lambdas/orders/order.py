"""The rules of an order: how it comes to be, and what may happen to it afterwards. No AWS here."""

from datetime import datetime
from typing import Literal

import msgspec

from contracts.invoicing import InvoiceHeld, InvoiceIssued, InvoiceReleased, InvoiceVoided
from contracts.language.types import Contract, Currency, Location
from contracts.orders import OrderCancelled, OrderPlaced, PlaceOrder
from eventing.errors import NeverSucceeds

Status = Literal["PLACED", "INVOICED", "CANCELLED"]
"""In the order of an order's life. A status never goes back."""

CURRENCY: dict[Location, Currency] = {
    "us-west": "USD",
    "us-east": "USD",
    "eu-west": "EUR",
    "eu-east": "EUR",
}


class ContradictingInvoice(NeverSucceeds):
    """A second invoice or credit note for an order that has one, or one of another order."""


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
    """The order cancelled and the event that says so, or None if it is cancelled already."""
    if order.status == "CANCELLED":
        return None
    event = OrderCancelled(order_id=order.placed.order_id, location=order.placed.location)
    return msgspec.structs.replace(order, status="CANCELLED"), event


def follow(order: Order, event: Contract) -> Order:
    """The order after what invoicing says of it: the same whatever the order and number of times.

    ContradictingInvoice if the numbers are not those the order has, or are those of another order.
    """
    match event:
        case InvoiceIssued() | InvoiceVoided() | InvoiceHeld() | InvoiceReleased() if (
            event.order_id != order.placed.order_id
        ):
            raise ContradictingInvoice(f"{event.order_id} is not order {order.placed.order_id}")
        case InvoiceIssued():
            status = "INVOICED" if order.status == "PLACED" else order.status
            return _numbered(order, status, event.invoice_number, order.credit_note_number)
        case InvoiceVoided():
            return _numbered(order, "CANCELLED", event.invoice_number, event.credit_note_number)
        case InvoiceHeld() | InvoiceReleased():
            return _held(order, isinstance(event, InvoiceHeld), event.revision)
        case _:
            raise NeverSucceeds(f"orders do not follow {type(event).__name__}")


def may_be_of_no_order(event: Contract) -> bool:
    """Whether the event may be about an order that never was: who opens a ticket types its id."""
    return isinstance(event, InvoiceHeld | InvoiceReleased)


def _held(order: Order, held: bool, revision: int) -> Order:
    if revision <= order.hold_revision:
        return order
    return msgspec.structs.replace(order, invoice_on_hold=held, hold_revision=revision)


def _numbered(order: Order, status: Status, invoice: str, credit_note: str | None) -> Order:
    for known, told in ((order.invoice_number, invoice), (order.credit_note_number, credit_note)):
        if known is not None and known != told:
            raise ContradictingInvoice(f"order {order.placed.order_id} has {known}, not {told}")
    return msgspec.structs.replace(
        order, status=status, invoice_number=invoice, credit_note_number=credit_note
    )
