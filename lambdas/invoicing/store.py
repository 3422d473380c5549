"""The invoices table: invoices, and the counters of their numbers."""

from collections.abc import Iterable
from datetime import datetime

from eventing.unit_of_work import Kind, Table, UnitOfWork
from invoicing import numbering
from invoicing.invoice import Cancellation, Draft
from invoicing.numbering import Counters, Invoice, Numbered

INVOICES = Kind("INVOICE", Invoice)
COUNTERS = Kind("COUNTERS", Counters)


class InvoiceNotFound(LookupError):
    """There is no invoice for this order."""


def loaded(table: Table, order_ids: Iterable[str]) -> Table:
    """The table with the invoices of these orders, at most 100, read in one call."""
    return table.loaded(map(INVOICES.key, order_ids))


def get(table: Table, order_id: str) -> Invoice:
    """The invoice of an order. InvoiceNotFound if there is none."""
    invoice = table.read(INVOICES, order_id)
    if invoice is None:
        raise InvoiceNotFound(order_id)
    return invoice


def number(table: Table, requests: list[Draft | Cancellation], at: datetime) -> Numbered:
    """Answers requests of one jurisdiction: writes their invoices, the counters and the events in
    one transaction, on condition that the books are still those that were read.

    ConditionFailed if other writes kept coming first: nothing is stored then.
    """
    jurisdiction = requests[0].jurisdiction
    order_ids = list({request.order_id: None for request in requests})

    def numbered(unit: UnitOfWork) -> Numbered:
        unit.load([COUNTERS.key(jurisdiction), *map(INVOICES.key, order_ids)])
        counters = unit.get(COUNTERS, jurisdiction) or Counters()
        found = {order_id: unit.get(INVOICES, order_id) for order_id in order_ids}
        books = {order_id: invoice for order_id, invoice in found.items() if invoice}
        made = numbering.number(requests, books, counters, at)
        for order_id, invoice in made.invoices.items():
            unit.put(INVOICES, order_id, invoice)
        if made.invoices:
            unit.put(COUNTERS, jurisdiction, made.counters)
        for event in made.events:
            unit.publish(event)
        return made

    return table.transact(numbered)
