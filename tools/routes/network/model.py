"""What travels from where to where: places, the hops between them, and the filters on the way."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from routes.filters.model import Filter
from routes.reading.assembly import Resource
from routes.reading.tokens import may_equal


@dataclass(frozen=True, eq=False)
class Place:
    """Where an event may be: a bus, a queue, a function. `resource` is None outside the app."""

    arn: str
    kind: str
    name: str
    account: str
    region: str
    resource: Resource | None = None

    @cached_property
    def label(self) -> str:
        return f"{self.kind} {self.name}"

    @property
    def is_fifo(self) -> bool:
        fifo = (
            self.resource.get("FifoQueue") or self.resource.get("FifoTopic")
            if self.resource
            else ""
        )
        return self.name.endswith(".fifo") or str(fifo).lower() == "true"

    @property
    def address(self) -> str:
        return self.resource.address if self.resource else self.arn


_POLLING = ("event source mapping", "pipe")
_KEEPING = (*_POLLING, "rule", "schedule", "subscriber", "subscription", "topic rule")


@dataclass(eq=False)
class Hop:
    """One step of an event, as one resource of the templates defines it.

    `service` is the AWS service that makes it: in the `role`, or under its own name, and then as
    the `sender` (an ARN) that policies may ask for. `needs_role` says that it makes none without;
    `action` is what it asks of the target where that is not the usual one.

    `polling` is how it reads its source, spelled alike for mappings and pipes. `sends` is the
    message that it makes itself (on a bus, the event), as far as the templates hold it;
    `sends_all` says that they hold the whole.
    """

    kind: str
    source: Place
    target: Place
    resource: Resource
    filters: list[Filter] = field(default_factory=list)
    enabled: bool = True
    role: str | None = None
    dead_letter: str | None = None
    dead_letter_role: str | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    service: str | None = None
    sender: str | None = None
    needs_role: bool = False
    action: str | None = None
    polling: dict[str, Any] = field(default_factory=dict)
    sends: Any = None
    sends_all: bool = False

    @cached_property
    def label(self) -> str:
        return f"{self.kind} {self.resource.logical_id}"

    @property
    def polls(self) -> bool:
        """Whether the hop reads batches of a queue or stream, and deletes or skips what is done."""
        return self.kind in _POLLING

    @property
    def may_keep_failed(self) -> bool:
        """Whether the hop's resource has a setting for where what cannot be delivered goes.

        A broker keeps it: Lambda never gives up on a message of one.
        """
        return self.kind in _KEEPING and self.source.kind != "broker"

    @property
    def is_tap(self) -> bool:
        """Whether the hop only keeps a copy: an archive or an audit log, never a consumer."""
        return self.target.kind in ("archive", "log group")

    @property
    def leaves_home(self) -> bool:
        """Whether the hop goes to another account or region."""
        source, target = self.source, self.target
        pairs = ((source.account, target.account), (source.region, target.region))
        return any(may_equal(left, right) is False for left, right in pairs)

    def patterns(self) -> Iterator[Any]:
        """Yields every pattern that must be met, of every filter."""
        for each in self.filters:
            yield from each.patterns
