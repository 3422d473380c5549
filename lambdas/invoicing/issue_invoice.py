"""Turns orders placed and cancelled into requests for a number, in the FIFO queue."""

from typing import TYPE_CHECKING

import msgspec

from eventing import environment
from eventing.aws import client
from eventing.consumer import consumer
from eventing.events import Event
from invoicing import invoice

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class Environment(msgspec.Struct):
    numbering_queue_url: str


ENV = environment.read(Environment)
sqs: "SQSClient" = client("sqs")


@consumer
def handler(event: Event) -> None:
    """Asks for the number of one order of `us-orders` or `eu-orders`, whose total must add up."""
    request = invoice.request_for(event)
    sqs.send_message(
        QueueUrl=ENV.numbering_queue_url,
        MessageBody=invoice.encode(request),
        MessageGroupId=request.jurisdiction,
        MessageDeduplicationId=event.metadata.id,
    )
