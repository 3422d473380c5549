"""Renders each invoice and credit note as a document, and announces where it stands."""

from typing import TYPE_CHECKING

import msgspec

from eventing.aws import Client
from eventing.batch import Errors, each
from eventing.consumer import batch_consumer, event_of
from eventing.events import Event
from eventing.function import Handler, function
from eventing.queues import Queues
from eventing.sending import publish_all
from eventing.unit_of_work import Table
from invoicing import document, store

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sns.type_defs import PublishBatchRequestEntryTypeDef


class Settings(msgspec.Struct):
    table_name: str
    bucket_name: str
    topic_arn: str
    queues: str


def make(settings: Settings, client: Client) -> Handler:
    """Renders what each event of the queue `issued-invoices` tells of; the invoice has to be there.

    A repeat writes the same document, and announces it again under the same id.
    """
    table = Table(client("dynamodb"), settings.table_name)
    s3: S3Client = client("s3")
    sns: SNSClient = client("sns")
    bucket = settings.bucket_name

    @batch_consumer(Queues(settings.queues, client), event_of)
    def handler(events: dict[str, Event]) -> Errors:
        invoices = store.loaded(table, (event.metadata.subject for event in events.values()))
        stored, errors = each(events, lambda event: announcement(invoices, event))
        return errors | publish_all(sns, settings.topic_arn, stored)

    def announcement(invoices: Table, event: Event) -> "PublishBatchRequestEntryTypeDef":
        """Stores the document; returns what tells where it stands."""
        issued = document.wanted(event.data)
        page = document.render(store.get(invoices, issued.order_id), issued)
        key = document.key(issued)
        s3.put_object(Bucket=bucket, Key=key, Body=page.encode(), ContentType="text/html")
        return {
            "Id": "",
            "Message": document.announcement(event.metadata.id, issued, bucket, key),
            "MessageAttributes": {
                "location": {"DataType": "String", "StringValue": issued.location}
            },
        }

    return handler


handler = function(make, Settings)
