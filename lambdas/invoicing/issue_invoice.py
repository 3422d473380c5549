"""Turns orders placed and cancelled into requests for a number, in the FIFO queue."""

from typing import TYPE_CHECKING

import msgspec

from eventing.aws import Client
from eventing.consumer import consumer
from eventing.events import Event
from eventing.function import Handler, function
from invoicing import invoice

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class Settings(msgspec.Struct):
    numbering_queue_url: str


def make(settings: Settings, client: Client) -> Handler:
    """Asks for the number of each order of `us-orders` or `eu-orders`, whose total must add up."""
    sqs: SQSClient = client("sqs")

    @consumer
    def handler(event: Event) -> None:
        request = invoice.request_for(event)
        sqs.send_message(
            QueueUrl=settings.numbering_queue_url,
            MessageBody=invoice.encode(request),
            MessageGroupId=request.jurisdiction,
            MessageDeduplicationId=event.metadata.id,
        )

    return handler


handler = function(make, Settings)
