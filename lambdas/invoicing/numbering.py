"""Numbers for invoices and credit notes: without gaps, one sequence of each per jurisdiction.

Pure: from what the books say and what is asked to what the books say next. The outcome is the same
whatever the order of the requests and however often each comes. No AWS here.
"""

from datetime import datetime
from typing import NamedTuple

import msgspec

from contracts.invoicing import InvoiceIssued, InvoiceVoided
from contracts.language.types import Contract
from eventing.events import Event, new_event
from invoicing.invoice import Cancellation, Draft


class Invoice(Contract, frozen=True, kw_only=True):
    """What the books say of one order.

    Of an order whose cancellation came first there is a cancellation, and no draft until it comes.
    Since `awaited_since` the order is known and not invoiced; what is issued is awaited no more.
    """

    order_id: str
    jurisdiction: str
    draft: Draft | None = None
    cancellation: Cancellation | None = None
    invoice_number: str | None = None
    issued_at: datetime | None = None
    credit_note_number: str | None = None
    voided_at: datetime | None = None
    awaited_since: datetime | None = None


class Counters(Contract, frozen=True):
    """The last number given in a jurisdiction; 0 before the first."""

    invoices: int = 0
    credit_notes: int = 0


class Numbered(NamedTuple):
    """What a batch of requests changes: all of it is stored in one transaction, or none."""

    invoices: dict[str, Invoice]
    counters: Counters
    events: list[Event]


def number(
    requests: list[Draft | Cancellation],
    books: dict[str, Invoice],
    counters: Counters,
    at: datetime,
) -> Numbered:
    """Answers requests of one jurisdiction. `books` has the invoices there are, by order id.

    A number names the jurisdiction whose counters gave it, even where an order and its cancellation
    contradict each other about the location: so no number is given twice.
    """
    changed: dict[str, Invoice] = {}
    events: list[Event] = []
    for request in requests:
        known = changed.get(request.order_id) or books.get(request.order_id)
        before = known or Invoice(order_id=request.order_id, jurisdiction=request.jurisdiction)
        after = _told(before, request, at)
        if after.draft and not after.invoice_number:
            after, counters, event = _issued(after, after.draft, counters, at)
            events.append(event)
        if after.draft and after.cancellation and not after.credit_note_number:
            after, counters, event = _voided(
                after, after.draft, after.cancellation, request.jurisdiction, counters, at
            )
            events.append(event)
        if after != before:
            changed[request.order_id] = after
    return Numbered(changed, counters, events)


def _told(invoice: Invoice, request: Draft | Cancellation, at: datetime) -> Invoice:
    if isinstance(request, Draft):
        return msgspec.structs.replace(invoice, draft=invoice.draft or request)
    return msgspec.structs.replace(
        invoice,
        cancellation=invoice.cancellation or request,
        awaited_since=None if invoice.invoice_number else invoice.awaited_since or at,
    )


def _issued(
    invoice: Invoice, draft: Draft, counters: Counters, at: datetime
) -> tuple[Invoice, Counters, Event]:
    counters = msgspec.structs.replace(counters, invoices=counters.invoices + 1)
    number = f"{draft.jurisdiction}-{counters.invoices:06d}"
    data = InvoiceIssued(
        order_id=draft.order_id,
        customer_id=draft.order.customer_id,
        location=draft.order.location,
        jurisdiction=draft.jurisdiction,
        invoice_number=number,
        net=draft.net,
        tax=draft.tax,
        total=draft.total,
        currency=draft.order.currency,
    )
    issued = msgspec.structs.replace(
        invoice, invoice_number=number, issued_at=at, awaited_since=None
    )
    return issued, counters, _event(data, draft, at)


def _voided(
    invoice: Invoice,
    draft: Draft,
    cancellation: Cancellation,
    jurisdiction: str,
    counters: Counters,
    at: datetime,
) -> tuple[Invoice, Counters, Event]:
    counters = msgspec.structs.replace(counters, credit_notes=counters.credit_notes + 1)
    number = f"{jurisdiction}-CN-{counters.credit_notes:06d}"
    data = InvoiceVoided(
        order_id=draft.order_id,
        location=draft.order.location,
        jurisdiction=jurisdiction,
        invoice_number=invoice.invoice_number or "",
        credit_note_number=number,
        total=draft.total,
        currency=draft.order.currency,
    )
    voided = msgspec.structs.replace(invoice, credit_note_number=number, voided_at=at)
    return voided, counters, _event(data, cancellation, at)


def _event(data: Contract, cause: Draft | Cancellation, at: datetime) -> Event:
    return new_event(
        data,
        subject=cause.order_id,
        correlation_id=cause.correlation_id,
        causation_id=cause.causation_id,
        at=at,
        trace=cause.trace,
    )
