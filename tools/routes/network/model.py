"""What travels from where to where: places, the hops between them, and the filters on the way."""

from collections.abc import Iterator
from dataclasses import dataclass, field
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

    @property
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


_KEEPING = ("event source mapping", "pipe", "rule", "schedule", "subscriber", "subscription")


@dataclass(eq=False)
class Hop:
    """One step of an event, as one resource of the templates defines it.

    `service` is the AWS service that makes it: in the `role`, or under its own name, and then as
    the `sender` (an ARN) that policies may ask for. `needs_role` says that it makes none without.
    """

    kind: str
    source: Place
    target: Place
    resource: Resource
    filters: list[Filter] = field(default_factory=list)
    enabled: bool = True
    role: str | None = None
    dead_letter: str | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    service: str | None = None
    sender: str | None = None
    needs_role: bool = False

    @property
    def label(self) -> str:
        return f"{self.kind} {self.resource.logical_id}"

    @property
    def may_keep_failed(self) -> bool:
        """Whether the hop's resource has a setting for where what cannot be delivered goes."""
        return self.kind in _KEEPING

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
