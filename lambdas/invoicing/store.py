"""The invoices table: invoices, the counters of their numbers, and what is on hold."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from eventing.events import Event, new_event
from eventing.unit_of_work import Kind, Table, UnitOfWork
from invoicing import hold as holds
from invoicing import numbering
from invoicing.hold import Hold
from invoicing.invoice import Cancellation, Draft
from invoicing.numbering import Counters, Invoice, Numbered

INVOICES = Kind("INVOICE", Invoice)
COUNTERS = Kind("COUNTERS", Counters)
HOLDS = Kind("HOLD", Hold)


AWAITED = "awaited"
"""The index of what is not invoiced: by jurisdiction and `awaitedSince`, which only such have."""


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


def await_invoice(table: Table, draft: Draft, at: datetime) -> None:
    """Notes that the order is known, unless something is known of it already."""
    invoice = Invoice(order_id=draft.order_id, jurisdiction=draft.jurisdiction, awaited_since=at)
    table.put_new(INVOICES, draft.order_id, invoice)


def awaited(table: Table, jurisdiction: str, before: datetime) -> list[str]:
    """The orders of a jurisdiction that were known before that time, and are not invoiced: the
    longest known first.
    """
    condition = "jurisdiction = :jurisdiction AND awaitedSince < :before"
    before_that = msgspec.to_builtins(before)
    found = table.query(AWAITED, condition, jurisdiction=jurisdiction, before=before_that)
    return [item["pk"].removeprefix(INVOICES.key("")) for item in found]


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


def hold(table: Table, told: holds.Told, event: Event, at: datetime) -> Event | None:
    """Stores what a ticket's event makes of the hold on the invoice of its order, and what is
    published if the hold came or went, in one transaction. Returns what is published.

    ConditionFailed if other writes kept coming first.
    """

    def held(unit: UnitOfWork) -> Event | None:
        invoice = unit.get(INVOICES, told.order_id)
        before = unit.get(HOLDS, told.order_id) or Hold()
        made = holds.follow(before, told, invoice.invoice_number if invoice else None)
        if made is None:
            return None
        after, data = made
        unit.put(HOLDS, told.order_id, after)
        if data is None:
            return None
        published = new_event(
            data,
            subject=told.order_id,
            correlation_id=event.metadata.correlation_id,
            causation_id=event.metadata.id,
            at=at,
            trace=event.trace,
        )
        unit.publish(published)
        return published

    return table.transact(held)
