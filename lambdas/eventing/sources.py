"""What Lambda hands over, whatever it was read from: a queue of SQS, a stream, a broker, Kafka.

A handler sees the same records of each. What differs is which of them come again when some failed,
and how Lambda is told.
"""

import base64
import binascii
from collections.abc import Callable, Collection
from itertools import dropwhile
from typing import Any, NamedTuple

from eventing.records import Record

Records = dict[str, Record]
"""Records by message id, in the order in which they were handed over."""


class BatchFailed(Exception):
    """Of a batch of a broker some messages failed: all of them come again."""


class Source(NamedTuple):
    """One kind of source.

    `again` tells which records come again when some failed, and `answer` tells Lambda that those
    failed. Of what comes again nothing is set aside yet: it would be twice.
    """

    records: Callable[[dict[str, Any]], Records]
    again: Callable[[Records, Collection[str]], Collection[str]]
    answer: Callable[[Records, Collection[str]], dict[str, Any]]


def source_of(batch: dict[str, Any]) -> Source:
    """The source of what Lambda hands over. KeyError for one that is not known."""
    first: dict[str, Any] = next(iter(batch.get("Records", [])), {})
    return SOURCES[batch.get("eventSource") or first.get("eventSource", "aws:sqs")]


def _of_queue(batch: dict[str, Any]) -> Records:
    return {record["messageId"]: record for record in batch["Records"]}


def _failed_by_id(_: Records, failed: Collection[str]) -> dict[str, Any]:
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def _of_stream(batch: dict[str, Any]) -> Records:
    """https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html"""
    return {
        one["kinesis"]["sequenceNumber"]: _record(
            one["eventSourceARN"], one["kinesis"]["sequenceNumber"], one["kinesis"]["data"]
        )
        for one in batch["Records"]
    }


def _rest_of_shard(records: Records, failed: Collection[str]) -> Collection[str]:
    """A batch is of one shard: what comes after the first that failed comes again too."""
    return list(dropwhile(lambda id: id not in failed, records))


def _of_rabbitmq(batch: dict[str, Any]) -> Records:
    found = (
        (f"{queue}#{number}", message["data"])
        for queue, messages in batch["rmqMessagesByQueue"].items()
        for number, message in enumerate(messages)
    )
    return {id: _record(batch["eventSourceArn"], id, data) for id, data in found}


def _of_activemq(batch: dict[str, Any]) -> Records:
    messages = batch["messages"]
    return {
        one["messageID"]: _record(batch["eventSourceArn"], one["messageID"], one["data"])
        for one in messages
    }


def _all_of_broker(records: Records, failed: Collection[str]) -> Collection[str]:
    return records if failed else ()


def _failed_of_broker(records: Records, failed: Collection[str]) -> dict[str, Any]:
    """A broker knows no partial response: an error is the error of the batch.

    https://docs.aws.amazon.com/lambda/latest/dg/with-mq.html
    """
    if failed:
        raise BatchFailed(f"{len(failed)} of {len(records)} messages failed")
    return {"batchItemFailures": []}


def _of_kafka(batch: dict[str, Any]) -> Records:
    found = (
        (f"{partition}@{one['offset']}", partition, one)
        for partition, records in batch["records"].items()
        for one in records
    )
    return {
        id: _record(batch["eventSourceArn"], id, one.get("value") or "")
        | {"partition": partition, "offset": one["offset"]}
        for id, partition, one in found
    }


def _rest_of_partitions(records: Records, failed: Collection[str]) -> Collection[str]:
    """Kafka has one offset a partition: what comes after the first that failed comes again too."""
    first = _first_failed(records, failed)
    return [
        id
        for id, one in records.items()
        if one["partition"] in first and one["offset"] >= first[one["partition"]]
    ]


def _failed_of_kafka(records: Records, failed: Collection[str]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/dg/kafka-retry-configurations.html"""
    return {
        "batchItemFailures": [
            {"itemIdentifier": {"partition": partition, "offset": offset}}
            for partition, offset in _first_failed(records, failed).items()
        ]
    }


def _first_failed(records: Records, failed: Collection[str]) -> dict[str, int]:
    """The lowest offset that failed, by partition."""
    first: dict[str, int] = {}
    for one in map(records.__getitem__, failed):
        first[one["partition"]] = min(one["offset"], first.get(one["partition"], one["offset"]))
    return first


def _record(arn: str, id: str, data: str) -> Record:
    """As a message of a queue. What is no text stays as it came, in base64: nothing reads it."""
    try:
        body = base64.b64decode(data, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        body = data
    return {
        "messageId": id,
        "body": body,
        "attributes": {},
        "eventSourceARN": arn,
    }


SOURCES = {
    "aws:sqs": Source(_of_queue, lambda _, failed: failed, _failed_by_id),
    "aws:kinesis": Source(_of_stream, _rest_of_shard, _failed_by_id),
    "aws:rmq": Source(_of_rabbitmq, _all_of_broker, _failed_of_broker),
    "aws:mq": Source(_of_activemq, _all_of_broker, _failed_of_broker),
    "aws:kafka": Source(_of_kafka, _rest_of_partitions, _failed_of_kafka),
}
