"""Who gets what: the event map of Crossbus. Nothing else decides it.

A line says that a consumer observes an event of a producer: every one, or those `where` a field has
certain values. How the event travels (a rule from bus to bus) is rendered from it by the building
blocks.
"""

from collections.abc import Iterable
from typing import NamedTuple

from contracts.language.catalog import CATALOG
from stacks.conditions import Condition, InvalidCondition, where
from stacks.topology import DOMAINS


class Subscription(NamedTuple):
    """`consumer` observes `detail_type`, which `producer` publishes: those that meet the condition,
    if there is one. Several lines for one event are alternatives.
    """

    consumer: str
    producer: str
    detail_type: str
    condition: Condition | None = None


class Unobserved(NamedTuple):
    """`producer` publishes `detail_type`, and nobody observes it yet."""

    producer: str
    detail_type: str


SUBSCRIPTIONS: tuple[Subscription, ...] = (
    Subscription("invoicing", "orders", "OrderPlaced"),
    Subscription("invoicing", "orders", "OrderCancelled"),
    Subscription("orders", "invoicing", "InvoiceIssued"),
    Subscription("orders", "invoicing", "InvoiceVoided"),
    Subscription("orders", "invoicing", "InvoiceHeld"),
    Subscription("orders", "invoicing", "InvoiceReleased"),
    Subscription("orders", "fulfillment", "OrderShipped"),
    Subscription("fulfillment", "orders", "OrderPlaced"),
    Subscription("fulfillment", "orders", "OrderCancelled"),
    Subscription("invoicing", "support", "TicketCreated", where("data.department", "billing")),
    Subscription("invoicing", "support", "TicketResolved", where("data.department", "billing")),
    Subscription(
        "fulfillment", "support", "TicketCreated", where("data.department", "fulfillment")
    ),
    Subscription(
        "fulfillment", "support", "TicketResolved", where("data.department", "fulfillment")
    ),
)

UNOBSERVED: tuple[Unobserved, ...] = (Unobserved("support", "TicketUpdated"),)

EVERYTHING: tuple[str, ...] = ("insights",)
"""Who gets every event of every domain, with no line for each. It keeps and counts them, and is no
reason to publish one: an event that nobody else observes is unobserved.
"""

SOURCES = {event.domain: event.source for event in CATALOG}
"""What stands as `source` in the events of each producer."""

PUBLISHED = {(event.domain, event.detail_type): event for event in CATALOG if event.is_current}
"""The current version of each event, by its domain and detail-type."""


class Events(NamedTuple):
    """Events of one producer: detail-types, and which of each."""

    producer: str
    kinds: tuple[tuple[str, Condition | None], ...]

    @classmethod
    def all_of(cls, producer: str, *detail_types: str) -> "Events":
        """Every event of these detail-types."""
        return cls(producer, tuple((detail_type, None) for detail_type in detail_types))

    @property
    def detail_types(self) -> list[str]:
        """Each detail-type, once."""
        return list(dict.fromkeys(detail_type for detail_type, _ in self.kinds))

    @property
    def source(self) -> str:
        """What stands as `source` in them."""
        return SOURCES[self.producer]


class InvalidSubscription(ValueError):
    """A line of the event map: the field, its value and what was expected."""


def validate(
    subscriptions: Iterable[Subscription] = SUBSCRIPTIONS,
    unobserved: Iterable[Unobserved] = UNOBSERVED,
) -> None:
    """Raises InvalidSubscription for a line that cannot be, or an event that no line names."""
    for domain in EVERYTHING:
        _require_domain("EVERYTHING", "domain", domain)
    observed: dict[tuple[str, str], str] = {}
    for line in subscriptions:
        _require_domain(line, "consumer", line.consumer)
        _require_event(line, line.producer, line.detail_type)
        if line.consumer == line.producer:
            raise InvalidSubscription(f"{line}: a domain's own events are on its bus already")
        _require_condition(line)
        observed[line.producer, line.detail_type] = line.consumer
    for nobody in unobserved:
        _require_event(nobody, *nobody)
        if nobody in observed:
            raise InvalidSubscription(f"{nobody}: {observed[nobody]} observes it; remove the line")
    for producer, detail_type in PUBLISHED.keys() - observed.keys() - set(unobserved):
        raise InvalidSubscription(
            f"nobody observes {detail_type} of {producer}: expected a Subscription to it in "
            f"stacks/subscriptions.py, or {Unobserved(producer, detail_type)} in UNOBSERVED there"
        )


def _require_domain(line: Subscription | Unobserved | str, field: str, domain: str) -> None:
    if domain not in DOMAINS:
        raise InvalidSubscription(
            f"{line}: {field} {domain!r} is not valid, expected one of {', '.join(DOMAINS)}"
        )


def _require_event(line: Subscription | Unobserved, producer: str, detail_type: str) -> None:
    _require_domain(line, "producer", producer)
    published = sorted(name for domain, name in PUBLISHED if domain == producer)
    if detail_type not in published:
        raise InvalidSubscription(
            f"{line}: nobody publishes detail_type {detail_type!r} in {producer}, "
            f"expected one of {', '.join(published)}"
        )


def _require_condition(line: Subscription) -> None:
    """Every version of the event has the field: an archive may bring old ones again."""
    if line.condition is None:
        return
    try:
        for event in CATALOG:
            if (event.domain, event.detail_type) == (line.producer, line.detail_type):
                line.condition.check(event.data)
    except InvalidCondition as error:
        raise InvalidSubscription(f"{line}: {error}") from error
