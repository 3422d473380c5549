"""Who gets what: the event map of Crossbus. Nothing else decides it.

A line says that a consumer observes an event of a producer. How the event travels (a rule from bus
to bus) is rendered from it by the building blocks.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from contracts.catalog import CATALOG
from stacks.topology import DOMAINS


class Subscription(NamedTuple):
    """`consumer` observes `detail_type`, which `producer` publishes."""

    consumer: str
    producer: str
    detail_type: str


SUBSCRIPTIONS = (
    Subscription("invoicing", "orders", "OrderPlaced"),
    Subscription("invoicing", "orders", "OrderCancelled"),
    Subscription("orders", "invoicing", "InvoiceIssued"),
    Subscription("orders", "invoicing", "InvoiceVoided"),
)

SOURCES = {event.domain: event.source for event in CATALOG}
"""What stands as `source` in the events of each producer."""


class InvalidSubscription(ValueError):
    """A line of the event map: the field, its value and what was expected."""


def validate(subscriptions: Iterable[Subscription] = SUBSCRIPTIONS) -> None:
    """Raises InvalidSubscription for an unknown domain or an event that nobody publishes."""
    published = defaultdict(set)
    for event in CATALOG:
        published[event.domain].add(event.detail_type)
    for line in subscriptions:
        for field, domain in (("consumer", line.consumer), ("producer", line.producer)):
            if domain not in DOMAINS:
                raise InvalidSubscription(
                    f"{line}: {field} {domain!r} is not valid, expected one of {', '.join(DOMAINS)}"
                )
        if line.detail_type not in published[line.producer]:
            raise InvalidSubscription(
                f"{line}: nobody publishes detail_type {line.detail_type!r} in {line.producer}, "
                f"expected one of {', '.join(sorted(published[line.producer]))}"
            )


def consumers_of(producer: str) -> dict[str, list[str]]:
    """The detail-types that each consumer gets from a producer."""
    found: dict[str, list[str]] = defaultdict(list)
    for line in SUBSCRIPTIONS:
        if line.producer == producer:
            found[line.consumer].append(line.detail_type)
    return dict(found)


def producers_for(consumer: str) -> dict[str, list[str]]:
    """The detail-types that a consumer gets from each producer."""
    found: dict[str, list[str]] = defaultdict(list)
    for line in SUBSCRIPTIONS:
        if line.consumer == consumer:
            found[line.producer].append(line.detail_type)
    return dict(found)
