"""What invoicing tells of what it did: a line of log for each number, and metrics of business."""

from collections.abc import Iterable

from contracts.orders import TEST_CUSTOMER
from eventing.observability import logger, metrics
from invoicing.invoice import Cancellation, Draft
from invoicing.numbering import Numbered


def report(requests: Iterable[Draft | Cancellation], numbered: Numbered) -> None:
    """Logs what was numbered because of these requests, and counts what is business."""
    for event in numbered.events:
        logger.info(
            event.detail_type,
            order_id=event.metadata.subject,
            correlation_id=event.metadata.correlation_id,
        )
    for done in numbered.invoices.values():
        draft = done.draft
        if draft and draft in requests and draft.order.customer_id != TEST_CUSTOMER:
            took = (done.issued_at or draft.occurred_at) - draft.occurred_at
            metrics.add_metric(name="InvoicesIssued", unit="Count", value=1)
            metrics.add_metric(
                name="OrderToInvoice", unit="Seconds", value=max(0.0, took.total_seconds())
            )
