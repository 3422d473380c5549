"""Numbers invoices and credit notes: a batch of one jurisdiction in one transaction.

A message that is no request fails alone. The others of its group go on: numbers must have no gaps,
but need not follow the order of the queue, which is there so that one writer counts at a time.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from eventing.aws import Client
from eventing.function import Handler, function
from eventing.observability import logger, traced
from eventing.unit_of_work import Table
from invoicing import invoice, numbering, store

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


class Settings(msgspec.Struct):
    table_name: str


Request = invoice.Draft | invoice.Cancellation
Requests = dict[str, Request]
"""Requests by the id of their message."""


def make(settings: Settings, client: Client) -> Handler:
    """Numbers a batch of `invoice-numbering.fifo`; names the messages that failed."""
    table = Table(client("dynamodb"), settings.table_name)

    @logger.inject_lambda_context(clear_state=True)
    @traced
    def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:  # noqa: ARG001
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
                number(table, jurisdiction, list(requests.values()))
            except Exception:
                logger.exception("numbering failed", jurisdiction=jurisdiction)
                failed.extend(requests)
        return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}

    return handler


def number(table: Table, jurisdiction: str, requests: list[Request]) -> None:
    """Answers requests of one jurisdiction in one transaction. Writes nothing if it raises."""
    at = datetime.now(UTC)
    numbered = store.number(
        table,
        jurisdiction,
        list({request.order_id: None for request in requests}),
        lambda books, counters: numbering.number(requests, books, counters, at),
    )
    for event in numbered.events:
        logger.info(
            event.detail_type,
            order_id=event.metadata.subject,
            correlation_id=event.metadata.correlation_id,
        )


handler = function(make, Settings)
