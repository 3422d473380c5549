"""Renders each issued invoice as a document in the bucket, and announces where it stands."""

from typing import TYPE_CHECKING

import msgspec

from contracts.invoicing import InvoiceIssued
from eventing import environment
from eventing.aws import client
from eventing.consumer import consumer
from eventing.events import Event
from invoicing import document, store

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sns import SNSClient


class Environment(msgspec.Struct):
    table_name: str
    bucket_name: str
    topic_arn: str


ENV = environment.read(Environment)
s3: "S3Client" = client("s3")
sns: "SNSClient" = client("sns")


@consumer
def handler(event: Event) -> None:
    """Renders one invoice of the queue `issued-invoices`.

    A repeat writes the same document and announces it again. Raises if the invoice is not there.
    """
    if not isinstance(event.data, InvoiceIssued):
        raise TypeError(f"expected InvoiceIssued, got {event.detail_type}")
    location, number = event.data.location, event.data.invoice_number
    key = document.key(location, number)
    page = document.render(store.get(ENV.table_name, event.data.order_id))
    s3.put_object(Bucket=ENV.bucket_name, Key=key, Body=page.encode(), ContentType="text/html")
    sns.publish(
        TopicArn=ENV.topic_arn,
        Message=document.announcement(number, ENV.bucket_name, key),
        MessageAttributes={"location": {"DataType": "String", "StringValue": location}},
    )
