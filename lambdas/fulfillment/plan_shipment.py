"""Plans the shipment of each order of the queue `shipment-orders`, or notes its cancellation.

What is told of an order is stored, and what is due then goes to be dispatched.
"""

from typing import TYPE_CHECKING

import msgspec

from eventing.aws import Client
from eventing.batch import Errors, each
from eventing.consumer import batch_consumer, event_of
from eventing.events import Event
from eventing.function import Handler, function
from eventing.queues import Queues
from eventing.sending import send_all
from eventing.unit_of_work import Table
from fulfillment import shipment, store

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef


class Settings(msgspec.Struct):
    table_name: str
    dispatch_queue_url: str
    queues: str


def make(settings: Settings, client: Client) -> Handler:
    """Follows each event of its queue, and asks for the dispatch of what is due after a batch.

    It is asked for after it is stored, and again for a repeat: a crash between loses nothing, and
    `dispatch_shipment` dispatches once.
    """
    table = Table(client("dynamodb"), settings.table_name)
    sqs: SQSClient = client("sqs")

    @batch_consumer(
        Queues(settings.queues, client), lambda record: shipment.wanted(event_of(record))
    )
    def handler(events: dict[str, Event]) -> Errors:
        shipments = store.loaded(table, map(shipment.order_of, events.values()))
        followed, errors = each(events, lambda event: store.follow(shipments, event))
        last = {one.order_id: id for id, one in followed.items()}
        due = {id: _message(followed[id]) for id in last.values() if followed[id].is_due}
        return errors | send_all(sqs, settings.dispatch_queue_url, due)

    return handler


def _message(due: shipment.Shipment) -> "SendMessageBatchRequestEntryTypeDef":
    return {"Id": "", "MessageBody": shipment.encode(shipment.Due(due.order_id))}


handler = function(make, Settings)
