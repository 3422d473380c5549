"""An account, as moto has it, with what the handlers' environment names; and what is in it."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import boto3
import pytest
from moto import mock_aws

from eventing.dynamodb import from_item
from tests.unit import handlers
from tests.unit.bus import Bus

Item = dict[str, Any]

ANNOUNCED = "announced"
"""A queue that gets what is published on the topic."""

_ID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_TIME = r"\d{4}-\d\d-\d\d[T ][\d:.]+(Z|\+00:00)"
_EXPIRY = r"(?<=At\": )\d+"
_DIFFERENT_EACH_RUN = re.compile(f"{_ID}|{_TIME}|{_EXPIRY}")


@cache
def client(service: str) -> Any:
    """A boto3 client of the account, made once."""
    with pytest.MonkeyPatch.context() as patch:
        handlers.set_environment(patch)
        return boto3.client(service)  # type: ignore[call-overload]


class World:
    """What a handler may leave behind."""

    def __init__(self) -> None:
        self.bus = Bus()

    def items(self, prefix: str) -> list[Item]:
        """The items whose key begins with the prefix, in the order of their keys."""
        scanned = client("dynamodb").scan(TableName=handlers.TABLE)["Items"]
        found = [from_item(item) for item in scanned]
        return sorted((i for i in found if i["pk"].startswith(prefix)), key=lambda i: str(i["pk"]))

    def orders(self) -> dict[str, Item]:
        """The orders by id."""
        return {item["pk"].removeprefix("ORDER#"): item for item in self.items("ORDER#")}

    def invoices(self) -> dict[str, Item]:
        """The invoices by order id."""
        return {item["pk"].removeprefix("INVOICE#"): item for item in self.items("INVOICE#")}

    def counters(self, jurisdiction: str) -> tuple[int, int]:
        """The last number of an invoice and of a credit note in a jurisdiction."""
        (item,) = self.items(f"COUNTERS#{jurisdiction}")
        return item["invoices"], item["creditNotes"]

    def outbox(self, detail_type: str | None = None) -> list[Item]:
        """The details of the events to be published, of one type or of all."""
        events = [i for i in self.items("EVENT#") if detail_type in (None, i["detailType"])]
        return [json.loads(event["detail"]) for event in events]

    def messages(self, queue: str) -> list[str]:
        """The bodies of the messages that can be received from a queue now."""
        sqs = client("sqs")
        url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        bodies: list[str] = []
        while got := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            bodies += [message["Body"] for message in got]
            for message in got:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return bodies

    def documents(self) -> dict[str, str]:
        """The documents in the bucket, by key."""
        s3 = client("s3")
        listed = s3.list_objects_v2(Bucket=handlers.BUCKET).get("Contents", [])
        keys = [document["Key"] for document in listed]
        return {
            k: s3.get_object(Bucket=handlers.BUCKET, Key=k)["Body"].read().decode() for k in keys
        }

    def state(self) -> dict[str, Any]:
        """All of it, but for ids and times made in this run.

        What goes to the bus and the topic may come more than once: it counts once.
        """
        return {
            "table": sorted(_same_each_run(item) for item in self.items("")),
            "asked": [_same_each_run(body) for body in self.messages(handlers.NUMBERING_QUEUE)],
            "documents": _same_each_run(self.documents()),
            "announced": {_same_each_run(body) for body in self.messages(ANNOUNCED)},
            "published": {_same_each_run(entry["Detail"]) for entry in self.bus.taken},
        }


def _same_each_run(value: object) -> str:
    return _DIFFERENT_EACH_RUN.sub("…", json.dumps(value, sort_keys=True))


@contextmanager
def world() -> Iterator[World]:
    """A fresh account."""
    with mock_aws():
        client("dynamodb").create_table(
            TableName=handlers.TABLE,
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        sqs = client("sqs")
        sqs.create_queue(QueueName=handlers.NUMBERING_QUEUE, Attributes={"FifoQueue": "true"})
        sqs.create_queue(QueueName=ANNOUNCED)
        client("s3").create_bucket(
            Bucket=handlers.BUCKET,
            CreateBucketConfiguration={"LocationConstraint": handlers.REGION},
        )
        _listen_to_topic()
        made = World()
        with made.bus.attached():
            yield made


def _arn(queue: str) -> str:
    return f"arn:aws:sqs:{handlers.REGION}:{handlers.ACCOUNT}:{queue}"


def _listen_to_topic() -> None:
    sns = client("sns")
    sns.create_topic(Name=handlers.TOPIC_ARN.rpartition(":")[2])
    sns.subscribe(
        TopicArn=handlers.TOPIC_ARN,
        Protocol="sqs",
        Endpoint=_arn(ANNOUNCED),
        Attributes={"RawMessageDelivery": "true"},
    )
