"""The books: what the tables of orders and invoices, and the audit logs, say, compared."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from boto3.dynamodb.types import TypeDeserializer

_deserialize = TypeDeserializer().deserialize


class Readable(Protocol):
    """A system whose stacks are asked for by their domain, wherever it runs."""

    def client(self, service: str, domain: str, /) -> Any:
        """A boto3 client of a service in a domain's account and region."""
        ...

    def output(self, domain: str, name: str, /) -> str:
        """An output of a domain's stack."""
        ...


@dataclass(frozen=True)
class Books:
    """How many orders and invoices there are, and what is wrong with them.

    `lost`: orders without an invoice, or that do not show the number theirs has, or whose invoice
    is a number alone.
    `duplicated`: numbers given twice, and orders that were invoiced or credited twice.
    `gaps`: numbers left out of a jurisdiction's sequence of invoices or credit notes.
    """

    orders: int
    invoices: int
    lost: int
    duplicated: int
    gaps: int

    @property
    def balanced(self) -> bool:
        """Whether every order has exactly one invoice, numbered without gaps."""
        return self.orders == self.invoices and not (self.lost or self.duplicated or self.gaps)

    def __str__(self) -> str:
        return (
            f"orders {self.orders} · invoices {self.invoices} · lost {self.lost} · "
            f"duplicated {self.duplicated} · gaps {self.gaps}"
        )


def audit(system: Readable, since: datetime | None = None) -> Books:
    """The books of a system, from its two tables and the log of invoicing's bus, since a time."""
    orders = list(items(system, "orders", "ORDER#"))
    invoices = {item["orderId"]: item for item in items(system, "invoicing", "INVOICE#")}
    issued = {
        order_id: item["invoiceNumber"]
        for order_id, item in invoices.items()
        if item.get("invoiceNumber")
    }
    whole = {
        order_id: number for order_id, number in issued.items() if "draft" in invoices[order_id]
    }
    credited = [
        item["creditNoteNumber"] for item in invoices.values() if "creditNoteNumber" in item
    ]
    # An event may come twice over the bus, and is one event all the same: its id says so.
    announced = {
        event["detail"]["metadata"]["id"]: (event["detail-type"], subject(event))
        for event in events(system, "invoicing", source="invoice-service", since=since)
    }
    lost = [
        order
        for order in orders
        if order.get("invoiceNumber") is None
        or order["invoiceNumber"] != whole.get(order["placed"]["orderId"])
    ]
    numbers = Counter([*issued.values(), *credited])
    return Books(
        orders=len(orders),
        invoices=len(issued),
        lost=len(lost),
        duplicated=_surplus(numbers) + _surplus(Counter(announced.values())),
        gaps=_gaps(numbers),
    )


def events(
    system: Readable, domain: str, *, source: str | None = None, since: datetime | None = None
) -> Iterator[dict[str, Any]]:
    """Every event that was on a domain's bus, from its audit log: whole envelopes.

    Of one source alone, or since a time, where these are given.
    """
    asked: dict[str, Any] = {"logGroupName": f"/aws/events/{domain}"}
    if source:
        asked["filterPattern"] = f'{{ $.source = "{source}" }}'
    if since:
        asked["startTime"] = int(since.timestamp() * 1000)
    pages = system.client("logs", domain).get_paginator("filter_log_events")
    for page in pages.paginate(**asked):
        for entry in page["events"]:
            event = json.loads(entry["message"])
            # The emulator takes every pattern for JSON as one that all events match.
            if source in (None, event["source"]):
                yield event


def subject(event: dict[str, Any]) -> str:
    """What an event is about."""
    about: str = event["detail"]["metadata"]["subject"]
    return about


def items(system: Readable, domain: str, prefix: str) -> Iterator[dict[str, Any]]:
    """The items of a domain's table whose key begins with the prefix, as plain dictionaries."""
    pages = _pages(
        system,
        domain,
        FilterExpression="begins_with(pk, :prefix)",
        ExpressionAttributeValues={":prefix": {"S": prefix}},
    )
    for page in pages:
        for item in page["Items"]:
            yield {name: _deserialize(value) for name, value in item.items()}


def count(system: Readable, domain: str, condition: str) -> int:
    """How many items of a domain's table meet a condition, without fetching them."""
    pages = _pages(system, domain, FilterExpression=condition, Select="COUNT")
    return sum(page["Count"] for page in pages)


def _pages(system: Readable, domain: str, **options: Any) -> Iterator[dict[str, Any]]:
    paginator = system.client("dynamodb", domain).get_paginator("scan")
    table = system.output(domain, "TableName")
    yield from paginator.paginate(TableName=table, ConsistentRead=True, **options)


def _surplus(counts: Counter[Any]) -> int:
    return sum(count - 1 for count in counts.values())


def _gaps(numbers: Counter[str]) -> int:
    """How many numbers are missing below the last of each sequence, such as IE- or IE-CN-."""
    sequences: dict[str, set[int]] = {}
    for number in numbers:
        sequence, _, count = number.rpartition("-")
        sequences.setdefault(sequence, set()).add(int(count))
    return sum(max(counts) - len(counts) for counts in sequences.values())
