"""The streams that functions read: those of tables, and the shards of Kinesis streams."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from ministack.services import dynamodb, kinesis, lambda_svc

_lock = threading.Lock()


class Source(Protocol):
    """A stream, or a shard of one, that a mapping reads record by record."""

    @property
    def id(self) -> str:
        """What tells it from other sources of this and other mappings."""

    def position(self) -> int:
        """Where the mapping is to read on."""

    def move(self, position: int) -> None:
        """Reads on from there."""

    def read(self, position: int, count: int) -> list[dict[str, Any]]:
        """Records from a position on, as Lambda hands them to functions."""


@dataclass(frozen=True)
class TableStream:
    """The stream of a table."""

    mapping: dict[str, Any]
    table: str

    @property
    def id(self) -> str:
        return str(self.mapping["UUID"])

    def position(self) -> int:
        horizon = int(dynamodb.stream_start_position(self.table))
        positions = lambda_svc._dynamodb_stream_positions
        with lambda_svc._dynamodb_stream_positions_lock:
            if self.id not in positions:
                end = int(dynamodb.stream_end_position(self.table))
                positions[self.id] = horizon if _from_horizon(self.mapping) else end
            return max(int(positions[self.id]), horizon)

    def move(self, position: int) -> None:
        with lambda_svc._dynamodb_stream_positions_lock:
            lambda_svc._dynamodb_stream_positions[self.id] = position

    def read(self, position: int, count: int) -> list[dict[str, Any]]:
        return list(dynamodb.stream_records_since(self.table, position, count))


@dataclass(frozen=True)
class Shard:
    """A shard of a Kinesis stream."""

    mapping: dict[str, Any]
    stream: dict[str, Any]
    shard: str

    @property
    def id(self) -> str:
        return f"{self.mapping['UUID']}:{self.shard}"

    def position(self) -> int:
        with _lock:
            positions = self._positions()
            if self.shard not in positions:
                # A shard that came later is read from its beginning: nothing of it was missed.
                late = bool(positions)
                begin = late or _from_horizon(self.mapping)
                positions[self.shard] = 0 if begin else len(self._records)
            return int(positions[self.shard])

    def move(self, position: int) -> None:
        with _lock:
            self._positions()[self.shard] = position

    def read(self, position: int, count: int) -> list[dict[str, Any]]:
        return [self._as_lambda_has_it(one) for one in self._records[position : position + count]]

    @property
    def _records(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.stream["shards"][self.shard]["records"]
        return found

    def _positions(self) -> dict[str, int]:
        positions: dict[str, int] = lambda_svc._kinesis_positions.setdefault(
            self.mapping["UUID"], {}
        )
        return positions

    def _as_lambda_has_it(self, record: dict[str, Any]) -> dict[str, Any]:
        arn = self.stream["StreamARN"]
        return {
            "kinesis": {
                "kinesisSchemaVersion": "1.0",
                "partitionKey": record["PartitionKey"],
                "sequenceNumber": record["SequenceNumber"],
                "data": record["Data"],
                "approximateArrivalTimestamp": record["ApproximateArrivalTimestamp"],
            },
            "eventSource": "aws:kinesis",
            "eventVersion": "1.0",
            "eventID": f"{self.shard}:{record['SequenceNumber']}",
            "eventName": "aws:kinesis:record",
            "awsRegion": arn.split(":")[3],
            "eventSourceARN": arn,
        }


def of(mapping: dict[str, Any]) -> Iterator[Source]:
    """The sources of a mapping; none of a mapping that reads no stream, or one that is gone."""
    arn = mapping["EventSourceArn"]
    service = arn.split(":")[2]
    if service == "dynamodb":
        table = arn.split(":table/", 1)[1].split("/stream/")[0]
        if (dynamodb._tables.get(table) or {}).get("LatestStreamArn") == arn:
            yield TableStream(mapping, table)
    elif service == "kinesis":
        account, region = arn.split(":")[4], arn.split(":")[3]
        stream = kinesis._streams.get_scoped(account, region, arn.rsplit("/", 1)[-1])
        if stream and stream["StreamStatus"] == "ACTIVE":
            yield from (Shard(mapping, stream, shard) for shard in list(stream["shards"]))


def sequence(record: dict[str, Any]) -> str:
    """The sequence number of a record."""
    if "kinesis" in record:
        return str(record["kinesis"]["sequenceNumber"])
    return str(record["dynamodb"]["SequenceNumber"])


def arrival(record: dict[str, Any]) -> float:
    """When a record came, in seconds since 1970."""
    if "kinesis" in record:
        return float(record["kinesis"]["approximateArrivalTimestamp"])
    return float(record["dynamodb"]["ApproximateCreationDateTime"])


def _from_horizon(mapping: dict[str, Any]) -> bool:
    return mapping.get("StartingPosition") == "TRIM_HORIZON"
