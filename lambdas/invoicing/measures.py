"""What invoicing tells of what it did: a line of log for each number, and metrics of business."""

from contracts.invoicing import InvoiceIssued
from contracts.orders import TEST_CUSTOMER
from eventing.observability import logger, metrics
from invoicing.numbering import Invoice, Numbered

LOGGED = 100
"""Ids of one line of log: more are counted, and found when the first are done."""


def report(numbered: Numbered) -> None:
    """Logs what was numbered, and counts what is business."""
    for event in numbered.events:
        logger.info(
            event.detail_type,
            order_id=event.metadata.subject,
            correlation_id=event.metadata.correlation_id,
            event_id=event.metadata.causation_id,
        )
        if isinstance(event.data, InvoiceIssued):
            _count(numbered.invoices[event.data.order_id])


def report_overdue(overdue: dict[str, list[str]]) -> None:
    """Counts the orders that should be invoiced by now, also if there are none: where nothing is
    said, nobody looks. Logs the ids of the first hundred of each jurisdiction.
    """
    metrics.add_metric(name="InvoicesOverdue", unit="Count", value=sum(map(len, overdue.values())))
    for jurisdiction, order_ids in overdue.items():
        if order_ids:
            logger.error(
                "known and not invoiced",
                jurisdiction=jurisdiction,
                orders=len(order_ids),
                order_ids=order_ids[:LOGGED],
            )


def _count(issued: Invoice) -> None:
    draft = issued.draft
    if draft and draft.order.customer_id != TEST_CUSTOMER:
        took = (issued.issued_at or draft.occurred_at) - draft.occurred_at
        metrics.add_metric(name="InvoicesIssued", unit="Count", value=1)
        metrics.add_metric(
            name="OrderToInvoice", unit="Seconds", value=max(0.0, took.total_seconds())
        )
