"""Invokes a stream's consumer again with the records that it failed on.

A stream keeps its records for a day (a Kinesis stream as long as it is set to). Lambda's failure
record names them; they are read again, filtered as the mapping filters, and the function gets them
as Lambda would give them. What is older is gone: an outbox still has it, see `republish`.
https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
"""

import base64
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from operate.reasons import batch_info
from operate.system import System
from operate.targets import Refused
from routes.filters.matching import any_matches, flatten
from routes.network.model import Hop

_GONE = ("TrimmedDataAccessException", "ResourceNotFoundException", "ExpiredIteratorException")
_DEFAULT_BATCH = 100
# Of one answer, which may be empty although more records come after it.
_EMPTY_PAGES = 5

Record = dict[str, Any]


def invoke_again(system: System, hop: Hop, failure: dict[str, Any]) -> str:
    """Invokes a mapping's function with the records of a failure record; returns where they went.

    Raises Refused when they are gone, or when the function fails on one of them again.
    """
    info = batch_info(failure)
    records = [record for record in _read(system, hop, info) if _is_wanted(hop, record)]
    mapping = system.client("lambda", hop.resource).get_event_source_mapping(
        UUID=system.physical(hop.resource)
    )
    size = int(mapping.get("BatchSize") or _DEFAULT_BATCH)
    for start in range(0, len(records), size):
        _invoke(system, hop, mapping["FunctionArn"], records[start : start + size])
    return f"{hop.target.label} ({len(records)} records)"


def _invoke(system: System, hop: Hop, function: str, records: list[Record]) -> None:
    answer = system.client("lambda", hop.target).invoke(
        FunctionName=function, Payload=json.dumps({"Records": records}, default=_as_json).encode()
    )
    payload = answer["Payload"].read()
    if answer.get("FunctionError"):
        raise Refused(f"{hop.target.label} failed again: {payload.decode()[:300]}")
    result = json.loads(payload or b"null")
    failed = result.get("batchItemFailures") if isinstance(result, dict) else None
    if failed:
        raise Refused(f"{hop.target.label} failed again on {len(failed)} of {len(records)} records")


def _is_wanted(hop: Hop, record: Record) -> bool:
    """Whether the mapping's filter lets a record through, as it did when the batch was made."""
    seen = flatten(json.loads(json.dumps(record, default=_as_json)))
    return all(any_matches(one.alternatives, seen) for one in hop.filters)


def _read(system: System, hop: Hop, info: dict[str, Any]) -> list[Record]:
    """The records from the first to the last one that a failure record names."""
    try:
        if ":dynamodb:" in info["streamArn"]:
            found = _of_table(system.client("dynamodbstreams", hop.resource), info)
        else:
            found = _of_stream(system.client("kinesis", hop.resource), info)
    except ClientError as error:
        if error.response["Error"]["Code"] not in _GONE:
            raise
        raise Refused(
            "its records are no longer in the stream; what an outbox still has of them is "
            "published by `republish`"
        ) from error
    if not found:
        raise Refused("the stream has none of its records")
    return found


def _of_table(client: Any, info: dict[str, Any]) -> list[Record]:
    iterator = client.get_shard_iterator(
        StreamArn=info["streamArn"],
        ShardId=info["shardId"],
        ShardIteratorType="AT_SEQUENCE_NUMBER",
        SequenceNumber=info["startSequenceNumber"],
    )["ShardIterator"]
    return [
        {"eventSource": "aws:dynamodb", **record, "eventSourceARN": info["streamArn"]}
        for record in _pages(client, iterator, int(info["endSequenceNumber"]))
    ]


def _of_stream(client: Any, info: dict[str, Any]) -> list[Record]:
    iterator = client.get_shard_iterator(
        StreamARN=info["streamArn"],
        ShardId=info["shardId"],
        ShardIteratorType="AT_SEQUENCE_NUMBER",
        StartingSequenceNumber=info["startSequenceNumber"],
    )["ShardIterator"]
    return [
        {
            "eventSource": "aws:kinesis",
            "eventSourceARN": info["streamArn"],
            "eventID": f"{info['shardId']}:{record['SequenceNumber']}",
            "kinesis": {
                "partitionKey": record["PartitionKey"],
                "sequenceNumber": record["SequenceNumber"],
                "data": record["Data"],
                "approximateArrivalTimestamp": record["ApproximateArrivalTimestamp"],
            },
        }
        for record in _pages(client, iterator, int(info["endSequenceNumber"]))
    ]


def _pages(client: Any, iterator: str | None, last: int) -> Iterator[Record]:
    """Yields the records of a shard from an iterator on, to the last one that is asked for."""
    empty = 0
    while iterator and empty < _EMPTY_PAGES:
        answer = client.get_records(ShardIterator=iterator)
        for record in answer["Records"]:
            if int(_number(record)) > last:
                return
            yield record
            if int(_number(record)) == last:
                return
        empty = 0 if answer["Records"] else empty + 1
        iterator = answer.get("NextShardIterator")


def _number(record: Record) -> str:
    number: str = record.get("dynamodb", record)["SequenceNumber"]
    return number


def _as_json(value: Any) -> Any:
    """What botocore reads into Python's types, as Lambda's events write it."""
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"{type(value).__name__} in a stream record")
