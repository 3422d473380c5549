"""The invoices table: invoices, the counters of their numbers, and the outbox."""

from collections.abc import Callable

from eventing.unit_of_work import Kind, Table, UnitOfWork
from invoicing.numbering import Counters, Invoice, Numbered

INVOICES = Kind("INVOICE", Invoice)
COUNTERS = Kind("COUNTERS", Counters)


class InvoiceNotFound(LookupError):
    """There is no invoice for this order."""


def get(table: Table, order_id: str) -> Invoice:
    """The invoice of an order. InvoiceNotFound if there is none."""
    invoice = table.read(INVOICES, order_id)
    if invoice is None:
        raise InvoiceNotFound(order_id)
    return invoice


def number(
    table: Table,
    jurisdiction: str,
    order_ids: list[str],
    answer: Callable[[dict[str, Invoice], Counters], Numbered],
) -> Numbered:
    """Stores what `answer` makes of the books, as far as these orders need them: their invoices
    by order id, and the counters. Invoices, counters and events are written in one transaction.

    ConditionFailed if other writes kept coming first: nothing is stored then.
    """

    def numbered(unit: UnitOfWork) -> Numbered:
        unit.load([COUNTERS.key(jurisdiction), *map(INVOICES.key, order_ids)])
        counters = unit.get(COUNTERS, jurisdiction) or Counters()
        found = {order_id: unit.get(INVOICES, order_id) for order_id in order_ids}
        made = answer({id: invoice for id, invoice in found.items() if invoice}, counters)
        for order_id, invoice in made.invoices.items():
            unit.put(INVOICES, order_id, invoice)
        if made.invoices:
            unit.put(COUNTERS, jurisdiction, made.counters)
        for event in made.events:
            unit.publish(event)
        return made

    return table.transact(numbered)
