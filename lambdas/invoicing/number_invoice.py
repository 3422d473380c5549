"""Numbers invoices and credit notes: a batch of one jurisdiction in one transaction.

A message that is no request fails alone. The others of its group go on: numbers must have no gaps,
but need not follow the order of the queue, which is there so that one writer counts at a time.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from eventing import environment
from eventing.observability import logger, traced
from invoicing import invoice, numbering, store

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


class Environment(msgspec.Struct):
    table_name: str


Requests = dict[str, invoice.Draft | invoice.Cancellation]
"""Requests by the id of their message."""

ENV = environment.read(Environment)


@logger.inject_lambda_context(clear_state=True)
@traced
def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:  # noqa: ARG001
    """Numbers a batch of `invoice-numbering.fifo`; names the messages that failed."""
    failed: list[str] = []
    groups: dict[str, Requests] = {}
    for record in event["Records"]:
        message_id = record["messageId"]
        try:
            request = invoice.decode(record["body"])
        except (msgspec.DecodeError, RecursionError):
            logger.exception("not a request for a number", message_id=message_id)
            failed.append(message_id)
        else:
            groups.setdefault(request.jurisdiction, {})[message_id] = request
    for jurisdiction, requests in groups.items():
        try:
            number(jurisdiction, list(requests.values()))
        except Exception:
            logger.exception("numbering failed", jurisdiction=jurisdiction)
            failed.extend(requests)
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def number(jurisdiction: str, requests: list[invoice.Draft | invoice.Cancellation]) -> None:
    """Answers requests of one jurisdiction in one transaction. Writes nothing if it raises."""
    order_ids = list({request.order_id: None for request in requests})
    books, counters, revisions = store.read(ENV.table_name, jurisdiction, order_ids)
    numbered = numbering.number(requests, books, counters, datetime.now(UTC))
    if numbered.invoices:
        store.write(ENV.table_name, jurisdiction, numbered, revisions)
    for event in numbered.events:
        logger.info(
            event.detail_type,
            order_id=event.metadata.subject,
            correlation_id=event.metadata.correlation_id,
        )
