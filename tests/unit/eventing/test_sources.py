"""Records of streams, brokers and clusters: shaped as AWS documents them, consumed as a queue's.

https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html
https://docs.aws.amazon.com/lambda/latest/dg/with-mq.html
https://docs.aws.amazon.com/lambda/latest/dg/with-msk.html
"""

import base64
import json
from typing import Any

import pytest
from moto import mock_aws

from eventing.consumer import message_consumer
from eventing.errors import NeverSucceeds
from eventing.function import Handler
from eventing.queues import Queues
from eventing.sources import BatchFailed
from tests.unit.clients import client
from tests.unit.messages import CONTEXT

ARN = "arn:aws:mq:eu-west-1:111122223333:broker:warehouse:b-9bcfa592-423a-4942-879d-eb284b418fc8"
STREAM = "arn:aws:kinesis:eu-west-1:111122223333:stream/events"
CLUSTER = "arn:aws:kafka:eu-west-1:111122223333:cluster/warehouse/e9bcfa59-423a-4942-8"


def encoded(body: str) -> str:
    return base64.b64encode(body.encode()).decode()


def rabbitmq(*bodies: str) -> dict[str, Any]:
    basic = {"contentType": "text/plain", "messageId": None, "redelivered": False}
    messages = [
        {"basicProperties": basic, "redelivered": False, "data": encoded(body)} for body in bodies
    ]
    return {
        "eventSource": "aws:rmq",
        "eventSourceArn": ARN,
        "rmqMessagesByQueue": {"shipment-orders::/": messages},
    }


def activemq(*bodies: str) -> dict[str, Any]:
    messages = [
        {
            "messageID": f"ID:b-9bcfa592-1.mq.eu-west-1.amazonaws.com-37557-{number}",
            "messageType": "jms/text-message",
            "deliveryMode": 1,
            "redelivered": False,
            "destination": {"physicalName": "shipment-orders"},
            "data": encoded(body),
        }
        for number, body in enumerate(bodies)
    ]
    return {"eventSource": "aws:mq", "eventSourceArn": ARN, "messages": messages}


def kafka(**partitions: list[str]) -> dict[str, Any]:
    """Each partition's records have offsets from 15 on."""
    return {
        "eventSource": "aws:kafka",
        "eventSourceArn": CLUSTER,
        "bootstrapServers": "boot-1.kafka.eu-west-1.amazonaws.com:9098",
        "records": {
            f"orders-{name[1:]}": [
                {
                    "topic": "orders",
                    "partition": int(name[1:]),
                    "offset": 15 + number,
                    "timestamp": 1545084650987,
                    "timestampType": "CREATE_TIME",
                    "key": "abcDEFghiJKLmnoPQRstuVWXyz1234==",
                    "value": encoded(body),
                    "headers": [],
                }
                for number, body in enumerate(bodies)
            ]
            for name, bodies in partitions.items()
        },
    }


def kinesis(*bodies: str) -> dict[str, Any]:
    """The records have sequence numbers from 15 on."""
    return {
        "Records": [
            {
                "eventSource": "aws:kinesis",
                "eventID": f"shardId-000000000006:{15 + number}",
                "eventSourceARN": STREAM,
                "kinesis": {
                    "kinesisSchemaVersion": "1.0",
                    "partitionKey": "order-1",
                    "sequenceNumber": str(15 + number),
                    "data": encoded(body),
                    "approximateArrivalTimestamp": 1545084650.987,
                },
            }
            for number, body in enumerate(bodies)
        ]
    }


class Consumed:
    """A handler that keeps what it is given, refuses `wrong` for good and fails on `slow`."""

    def __init__(self) -> None:
        sqs = client("sqs")
        self.dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
        described = {arn: {"dead_letters": self.dead} for arn in (ARN, STREAM, CLUSTER)}
        self.kept: list[str] = []
        self.handler: Handler = message_consumer(
            Queues(json.dumps(described), client), lambda record: str(record["body"])
        )(self._consume)

    def _consume(self, body: str) -> None:
        if body.startswith("wrong"):
            raise NeverSucceeds(f"{body} is wrong")
        if body.startswith("slow"):
            raise TimeoutError(body)
        self.kept.append(body)

    def of(self, batch: dict[str, Any]) -> Any:
        return self.handler(batch, CONTEXT)

    def dead_letters(self) -> list[str]:
        found = client("sqs").receive_message(QueueUrl=self.dead, MaxNumberOfMessages=10)
        return sorted(message["Body"] for message in found.get("Messages", []))


@pytest.fixture
def consumed() -> Any:
    with mock_aws():
        yield Consumed()


@pytest.mark.parametrize("broker", [rabbitmq, activemq])
def test_the_messages_of_a_broker_are_consumed_and_what_is_wrong_is_set_aside(
    consumed: Consumed, broker: Any
) -> None:
    assert consumed.of(broker("one", "wrong", "zwei: \u00e4")) == {"batchItemFailures": []}
    assert consumed.kept == ["one", "zwei: \u00e4"]
    assert consumed.dead_letters() == ["wrong"]


@pytest.mark.parametrize("broker", [rabbitmq, activemq])
def test_a_broker_hands_the_whole_batch_over_again_so_nothing_is_set_aside_yet(
    consumed: Consumed, broker: Any
) -> None:
    with pytest.raises(BatchFailed, match="1 of 3 messages failed"):
        consumed.of(broker("one", "wrong", "slow"))
    assert consumed.kept == ["one"]
    assert consumed.dead_letters() == []


def test_a_partition_goes_on_from_the_first_record_that_failed_and_others_go_on(
    consumed: Consumed,
) -> None:
    answer = consumed.of(
        kafka(
            p0=["a", "wrong before", "slow 1", "b", "wrong after", "slow 2"],
            p1=["c", "wrong elsewhere"],
        )
    )
    assert answer == {
        "batchItemFailures": [{"itemIdentifier": {"partition": "orders-0", "offset": 17}}]
    }
    assert consumed.kept == ["a", "b", "c"]
    assert consumed.dead_letters() == ["wrong before", "wrong elsewhere"]


def test_a_shard_goes_on_from_the_first_record_that_failed(consumed: Consumed) -> None:
    answer = consumed.of(kinesis("a", "wrong before", "slow", "b", "wrong after"))
    assert answer == {"batchItemFailures": [{"itemIdentifier": "17"}]}
    assert consumed.kept == ["a", "b"]
    assert consumed.dead_letters() == ["wrong before"]


def test_what_is_no_text_is_handed_on_as_it_came(consumed: Consumed) -> None:
    batch = kafka(p0=["x", "y"])
    first, second = batch["records"]["orders-0"]
    first["value"], second["value"] = base64.b64encode(b"\xff\xfe").decode(), None
    assert consumed.of(batch) == {"batchItemFailures": []}
    assert consumed.kept == ["//4=", ""]
