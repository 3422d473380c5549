"""Plans the shipment of each order of the queue `shipment-orders`, or notes its cancellation.

What is told of an order is stored, and what is due then goes to be dispatched.
"""

from typing import TYPE_CHECKING

import msgspec

from eventing.aws import Client
from eventing.consumer import consumer
from eventing.events import Event
from eventing.function import Handler, function
from eventing.queues import Queues
from eventing.unit_of_work import Table
from fulfillment import shipment, store

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class Settings(msgspec.Struct):
    table_name: str
    dispatch_queue_url: str
    queues: str


def make(settings: Settings, client: Client) -> Handler:
    """Follows each event of its queue, and asks for the dispatch of what is due after it.

    It is asked for after it is stored, and again for a repeat: a crash between loses nothing, and
    `dispatch_shipment` dispatches once.
    """
    table = Table(client("dynamodb"), settings.table_name)
    sqs: SQSClient = client("sqs")

    @consumer(Queues(settings.queues, client))
    def handler(event: Event) -> None:
        followed = store.follow(table, event)
        if followed.is_due:
            body = shipment.encode(shipment.Due(followed.order_id))
            sqs.send_message(QueueUrl=settings.dispatch_queue_url, MessageBody=body)

    return handler


handler = function(make, Settings)
