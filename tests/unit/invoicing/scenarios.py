"""What the functions of invoicing are run with by the tests that cover every function."""

from datetime import datetime

from contracts.language.types import Contract
from eventing.events import decode
from invoicing import invoice
from invoicing.numbering import Invoice
from invoicing.store import INVOICES
from tests.unit.invoicing.published import invoice_issued, invoice_voided
from tests.unit.messages import batch, event
from tests.unit.orders.published import order_cancelled, order_placed
from tests.unit.scenario import LONG_AGO, Scenario
from tests.unit.support.published import ticket_created, ticket_resolved
from tests.unit.world import World


def asked(*data: Contract) -> list[str]:
    """What the numbering queue is asked because of these events."""
    return [invoice.encode(invoice.request_for(decode(event(one)))) for one in data]


def two_invoices(world: World) -> None:
    """The invoices IE-000001 and IE-000002, of the orders order-1 and order-2; the first voided."""
    placed = [order_placed("order-1"), order_placed("order-2")]
    world.consume("number_invoice", *asked(*placed, order_cancelled("order-1")))


def known(
    world: World, order_id: str, since: datetime = LONG_AGO, jurisdiction: str = "IE"
) -> None:
    """The order is known since then, and not invoiced."""
    invoice = Invoice(order_id=order_id, jurisdiction=jurisdiction, awaited_since=since)
    world.table.put_new(INVOICES, order_id, invoice)


def overdue(world: World) -> None:
    """An order should be invoiced by now, and is not."""
    known(world, "order-1")


SCENARIOS = {
    "number_invoice": Scenario(
        batch(
            *asked(
                order_placed("order-1"),
                order_placed("order-2", "us-east"),
                order_cancelled("order-1"),
                order_cancelled("order-3"),
                order_placed("order-3"),
            )
        ),
        any_order=False,
    ),
    "hold_invoice": Scenario(
        batch(
            ticket_created("ticket-1"),
            ticket_created("ticket-2", "order-2"),
            ticket_resolved("ticket-1"),
            ticket_resolved("ticket-3", "order-3"),
        ),
        # A ticket that is resolved before it is created never holds: nothing is told of it.
        any_order=False,
    ),
    "reconcile": Scenario(batch("a minute"), overdue, leaves=False),
    "render_invoice": Scenario(
        batch(invoice_issued(), invoice_issued("order-2", "IE-000002"), invoice_voided()),
        two_invoices,
    ),
}
