"""What has to be there before a golden event makes sense: an invoice, before it is rendered.

By the domain whose table it is in, and the detail-type of the event that it is there for. An event
that leads to another needs what that one needs as well: an order's invoice comes back to the order.
A domain that needs nothing has no line.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from contracts.invoicing import InvoiceIssued, InvoiceVoided
from contracts.orders import OrderLine, OrderPlaced
from eventing.events import Event
from eventing.unit_of_work import Kind, Table
from invoicing import invoice, numbering
from invoicing.store import INVOICES
from local.system import System
from orders import order
from orders.store import ORDERS
from routes.network.model import Place


def _order_of(event: Event) -> OrderPlaced:
    """An order that the event may be about."""
    line = OrderLine(sku="lamp", quantity=1, unit_price=1000)
    return OrderPlaced(
        order_id=event.metadata.subject,
        customer_id="golden",
        location=getattr(event.data, "location", "eu-west"),
        lines=[line],
        total=1000,
        currency="EUR",
    )


def _order(event: Event) -> order.Order:
    placed = event.data if isinstance(event.data, OrderPlaced) else _order_of(event)
    return order.Order(
        placed=placed, placed_at=datetime.now(UTC), correlation_id=event.metadata.correlation_id
    )


def _invoice(event: Event) -> numbering.Invoice:
    assert isinstance(event.data, InvoiceIssued | InvoiceVoided)
    return numbering.Invoice(
        order_id=event.metadata.subject,
        jurisdiction=event.data.jurisdiction,
        draft=invoice.draft(_order_of(event), event),
        invoice_number=event.data.invoice_number,
        issued_at=datetime.now(UTC),
        credit_note_number=getattr(event.data, "credit_note_number", None),
        voided_at=datetime.now(UTC),
    )


GIVEN: dict[tuple[str, str], tuple[Kind[Any], Callable[[Event], Any]]] = {
    ("orders", "OrderPlaced"): (ORDERS, _order),
    ("orders", "InvoiceIssued"): (ORDERS, _order),
    ("orders", "InvoiceVoided"): (ORDERS, _order),
    ("orders", "OrderShipped"): (ORDERS, _order),
    ("invoicing", "InvoiceIssued"): (INVOICES, _invoice),
    ("invoicing", "InvoiceVoided"): (INVOICES, _invoice),
}


def events_of(system: System, bus: Place) -> Any:
    """The client of EventBridge in the account that a bus is in."""
    return next(
        system.client("events", label)
        for label, stack in system.stacks.items()
        if stack.account == bus.account
    )


def write(event: Event, table_of: Callable[[str], Table]) -> None:
    """Writes what the event needs, as items whose id is its subject."""
    for (domain, detail_type), (kind, item) in GIVEN.items():
        if detail_type == event.detail_type:
            _put(table_of(domain), kind, event.metadata.subject, item(event))


def _put(table: Table, kind: Kind[Any], id: str, value: Any) -> None:
    table.transact(lambda unit: unit.put(kind, id, value))
