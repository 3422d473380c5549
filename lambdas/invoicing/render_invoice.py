"""Renders each issued invoice as a document in the bucket, and announces where it stands."""

from typing import TYPE_CHECKING

import msgspec

from contracts.invoicing import InvoiceIssued
from eventing.aws import Client
from eventing.consumer import consumer
from eventing.events import Event
from eventing.function import Handler, function
from eventing.unit_of_work import Table
from invoicing import document, store

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sns import SNSClient


class Settings(msgspec.Struct):
    table_name: str
    bucket_name: str
    topic_arn: str


def make(settings: Settings, client: Client) -> Handler:
    """Renders each invoice of the queue `issued-invoices`. It fails if the invoice is not there.

    A repeat writes the same document and announces it again.
    """
    table = Table(client("dynamodb"), settings.table_name)
    s3: S3Client = client("s3")
    sns: SNSClient = client("sns")
    bucket = settings.bucket_name

    @consumer
    def handler(event: Event) -> None:
        if not isinstance(event.data, InvoiceIssued):
            raise TypeError(f"expected InvoiceIssued, got {event.detail_type}")
        location, number = event.data.location, event.data.invoice_number
        key = document.key(location, number)
        page = document.render(store.get(table, event.data.order_id))
        s3.put_object(Bucket=bucket, Key=key, Body=page.encode(), ContentType="text/html")
        sns.publish(
            TopicArn=settings.topic_arn,
            Message=document.announcement(number, bucket, key),
            MessageAttributes={"location": {"DataType": "String", "StringValue": location}},
        )

    return handler


handler = function(make, Settings)
