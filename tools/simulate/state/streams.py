"""Streams of records: shards in which each record has its place, until it is too old."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, eq=False)
class Record:
    """A record as Lambda hands it over, but for the ARN it came from. `key` says whence it came."""

    key: str
    number: str
    at: float
    content: dict[str, Any]

    @property
    def text(self) -> str:
        """What a story tells of it: what was put into the stream, or the change of an item."""
        if "kinesis" in self.content:
            return base64.b64decode(self.content["kinesis"]["data"]).decode()
        return json.dumps(self.content)


@dataclass(eq=False)
class Stream:
    """A stream of a table, or of Kinesis. `changed` is told of each record's shard."""

    arn: str
    retention: float
    shards: tuple[list[Record], ...]
    changed: Callable[["Stream", int], None] = lambda _stream, _shard: None
    count: int = field(default=0)

    def number(self) -> str:
        """The next sequence number."""
        self.count += 1
        return f"{self.count:021d}"

    def append(self, shard: int, record: Record) -> None:
        """Adds a record behind the others."""
        self.shards[shard].append(record)
        self.changed(self, shard)
