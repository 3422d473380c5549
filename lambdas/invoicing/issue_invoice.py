"""Turns orders placed and cancelled into requests for a number, in the FIFO queue.

An order is first noted as known and not invoiced: `reconcile` reports it if it stays so.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from eventing.aws import Client
from eventing.batch import Errors
from eventing.consumer import batch_consumer, event_of
from eventing.events import Event
from eventing.function import Handler, function
from eventing.queues import Queues
from eventing.sending import send_all
from eventing.unit_of_work import Table
from invoicing import invoice, store

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef


class Settings(msgspec.Struct):
    table_name: str
    numbering_queue_url: str
    queues: str


def make(settings: Settings, client: Client) -> Handler:
    """Asks for the number of each order of `us-orders` or `eu-orders`, whose total must add up."""
    table = Table(client("dynamodb"), settings.table_name)
    sqs: SQSClient = client("sqs")

    @batch_consumer(Queues(settings.queues, client), event_of)
    def handler(events: dict[str, Event]) -> Errors:
        asked: dict[str, SendMessageBatchRequestEntryTypeDef] = {}
        errors: Errors = {}
        for message_id, event in events.items():
            try:
                request = invoice.request_for(event)
                if isinstance(request, invoice.Draft):
                    store.await_invoice(table, request, datetime.now(UTC))
                asked[message_id] = _message(request, event)
            except Exception as error:
                errors[message_id] = error
        return errors | send_all(sqs, settings.numbering_queue_url, asked)

    return handler


def _message(
    request: invoice.Draft | invoice.Cancellation, event: Event
) -> "SendMessageBatchRequestEntryTypeDef":
    return {
        "Id": "",
        "MessageBody": invoice.encode(request),
        "MessageGroupId": request.jurisdiction,
        "MessageDeduplicationId": event.metadata.id,
    }


handler = function(make, Settings)
