"""Streams and what is written into them: of tables, of Kinesis; and what Firehose gathers."""

import base64
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from routes.network.model import Hop, Place
from simulate.functions.invocation import Invocation
from simulate.loop import running
from simulate.moving.parcels import Parcel
from simulate.moving.reading import Reader
from simulate.state.streams import Record, Stream
from simulate.state.tables import Change, Table

if TYPE_CHECKING:
    from simulate.world import World

DYNAMO_KEPT_S = 86_400.0
SHARDS_OF_A_TABLE = 2
"""At most."""


class Shelves:
    """The streams of all accounts, and the mappings that read them."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.streams: dict[str, Stream] = {}
        self.lines: dict[str, list[str]] = defaultdict(list)
        """What is in each delivery stream, by its ARN."""
        self.readers: list[Reader] = []
        for table in world.tables.values():
            if table.view:
                shards = world.chance.whole(1, SHARDS_OF_A_TABLE, "shards", table.arn)
                self._add(table.arn, DYNAMO_KEPT_S, shards)
                table.changed = self._changed
        for place in world.wiring.places("stream"):
            assert place.resource is not None
            hours = float(place.resource.get("RetentionPeriodHours") or 24)
            shards = int(place.resource.get("ShardCount") or 2)
            self._add(place.arn, hours * 3600, shards)
        for mapping in world.wiring.of("event source mapping"):
            stream = self.streams.get(mapping.source.arn)
            if stream:
                self._read(mapping, stream)

    def _add(self, arn: str, retention: float, shards: int) -> None:
        self.streams[arn] = Stream(arn, retention, tuple([] for _ in range(shards)))

    def _read(self, mapping: Hop, stream: Stream) -> None:
        readers = [
            Reader(self._world, mapping, stream, shard) for shard in range(len(stream.shards))
        ]
        self.readers += readers
        before = stream.changed

        def changed(it: Stream, shard: int) -> None:
            before(it, shard)
            readers[shard].wake()

        stream.changed = changed

    def _changed(self, table: Table, change: Change) -> None:
        stream = self.streams[table.arn]
        number = stream.number()
        invocation = running()
        by = invocation.key if isinstance(invocation, Invocation) else "time to live"
        told: dict[str, Any] = {"Keys": change.key, "SequenceNumber": number}
        told["StreamViewType"] = table.view
        if change.new is not None and table.view in ("NEW_IMAGE", "NEW_AND_OLD_IMAGES"):
            told["NewImage"] = change.new
        if change.old is not None and table.view in ("OLD_IMAGE", "NEW_AND_OLD_IMAGES"):
            told["OldImage"] = change.old
        content = {
            "eventID": number,
            "eventName": change.name,
            "eventSource": "aws:dynamodb",
            "eventSourceARN": f"{table.arn}/stream/latest",
            "dynamodb": told,
        }
        item = str(sorted(change.key.items()))
        key = self._world.chance.short("change", by, item, change.name)
        shard = self._world.chance.whole(0, len(stream.shards) - 1, "shard", table.arn, item)
        stream.append(shard, Record(key, number, self._world.loop.now, content))

    def put_record(self, place: Place, key: str, text: str, partition: str) -> str:
        """Puts a record into a stream of Kinesis; returns its number."""
        stream = self.streams[place.arn]
        number = stream.number()
        content = {
            "kinesis": {
                "partitionKey": partition,
                "sequenceNumber": number,
                "data": base64.b64encode(text.encode()).decode(),
                "approximateArrivalTimestamp": self._world.loop.time.timestamp(),
            },
            "eventSource": "aws:kinesis",
            "eventName": "aws:kinesis:record",
            "eventID": f"shardId-000000000000:{number}",
            "eventSourceARN": place.arn,
        }
        shard = self._world.chance.whole(0, len(stream.shards) - 1, "shard", place.arn, partition)
        stream.append(shard, Record(key, number, self._world.loop.now, content))
        return number

    def deliver(self, hop: Hop, parcel: Parcel) -> None:
        """A rule delivers to a stream of Kinesis, parted by what its path finds in the event."""
        path = (hop.settings.get("KinesisParameters") or {}).get("PartitionKeyPath", "$.id")
        value: Any = parcel.event
        for name in str(path).removeprefix("$.").split("."):
            value = (value or {}).get(name)
        self.put_record(hop.target, parcel.key, parcel.text, str(value))
