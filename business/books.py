"""The books: what the tables of all domains, and the audit logs, say, compared."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from boto3.dynamodb.types import TypeDeserializer

from business import ticket_books
from contracts.support import UPDATED
from stacks.subscriptions import SOURCES

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
    """How many orders, invoices and shipments there are, and what is wrong with them.

    `withdrawn`: orders that were cancelled before their shipment was dispatched.
    `lost`: orders without an invoice, or whose invoice is a number alone, or neither shipped,
    withdrawn nor held by an open ticket; and those that do not show the invoice or the shipment
    that theirs have.
    `duplicated`: numbers given twice, and orders that were invoiced, credited or shipped twice.
    `gaps`: numbers left out of a jurisdiction's sequence of invoices or credit notes.
    `strays`: shipments of no order, and tickets in the books of whom they do not concern.
    `on_hold`: orders whose invoice is held by an open ticket. Lost are also tickets that are not in
    the books of whom they concern, or of which support did not publish all that it was told, and
    orders that do not show whether their invoice is on hold. `lost_orders` are the ids of those of
    them that are orders.
    """

    orders: int
    invoices: int
    shipments: int
    withdrawn: int
    tickets: int
    on_hold: int
    lost: int
    duplicated: int
    gaps: int
    strays: int
    lost_orders: tuple[str, ...] = ()

    @property
    def balanced(self) -> bool:
        """Whether every order has exactly one invoice, numbered without gaps, and exactly one
        shipment, unless it was cancelled in time.
        """
        whole = self.orders == self.invoices == self.shipments + self.withdrawn
        return whole and not (self.lost or self.duplicated or self.gaps or self.strays)

    def __str__(self) -> str:
        return (
            f"orders {self.orders} · invoices {self.invoices} · shipments {self.shipments} · "
            f"cancelled in time {self.withdrawn} · tickets {self.tickets} · "
            f"on hold {self.on_hold} · lost {self.lost} · "
            f"duplicated {self.duplicated} · gaps {self.gaps} · strays {self.strays}"
        )


def audit(system: Readable, since: datetime | None = None) -> Books:
    """The books of a system, from its tables and the logs of the buses, since a time."""
    orders = {order["placed"]["orderId"]: order for order in items(system, "orders", "ORDER#")}
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
    # Without a plan it is what was told of an order that fulfillment has not heard of: of a ticket,
    # it may be anything.
    planned = {
        item["orderId"]: item
        for item in items(system, "fulfillment", "SHIPMENT#")
        if "plan" in item
    }
    shipped = {
        order_id: item["plan"]["shipmentId"]
        for order_id, item in planned.items()
        if item.get("dispatchedAt")
    }
    withdrawn = {order_id for order_id, item in planned.items() if item["isCancelled"]}
    holds = {
        "billing": list(_held(system, "invoicing", "HOLD#")),
        "fulfillment": list(_held(system, "fulfillment", "SHIPMENT#")),
    }
    on_hold, waiting = (
        {order_id for order_id, _, status in holds[department] if status == "OPEN"}
        for department in ("billing", "fulfillment")
    )
    lost = [
        order_id
        for order_id, order in orders.items()
        if order.get("invoiceNumber") is None
        or order["invoiceNumber"] != whole.get(order_id)
        or order.get("shipmentId") != shipped.get(order_id)
        or order_id not in shipped.keys() | withdrawn | waiting
        or order.get("invoiceOnHold", False) is not (order_id in on_hold)
    ]
    numbers = Counter([*issued.values(), *credited])
    announced = sum(
        (_announced(system, domain, since) for domain in ("invoicing", "fulfillment")), Counter()
    )
    tickets = ticket_books.compare(
        list(items(system, "support", "TICKET#")),
        sum(one["detailType"] == UPDATED for one in items(system, "support", "TRANSLATED#")),
        _announced(system, "support", since),
        holds,
    )
    return Books(
        orders=len(orders),
        invoices=len(issued),
        shipments=len(shipped),
        withdrawn=len(withdrawn & orders.keys()),
        tickets=tickets.known,
        on_hold=len(on_hold & orders.keys()),
        lost=len(lost) + tickets.lost,
        duplicated=_surplus(numbers) + _surplus(announced) + tickets.duplicated,
        gaps=_gaps(numbers),
        strays=len(planned.keys() - orders.keys()) + tickets.strays,
        lost_orders=tuple(lost),
    )


def _held(system: Readable, domain: str, prefix: str) -> Iterator[tuple[str, str, str]]:
    """Order, ticket and status of each ticket that a domain knows."""
    for item in items(system, domain, prefix):
        for ticket_id, status in item["tickets"].items():
            yield item["pk"].removeprefix(prefix), ticket_id, status


def _announced(
    system: Readable, domain: str, since: datetime | None
) -> Counter[tuple[str, str, int]]:
    """How many events of each type a domain published about each subject, and of each revision of
    it, where there are some. One may come twice over the bus, and is one event all the same: its id
    says so.
    """
    found = {
        event["detail"]["metadata"]["id"]: (
            event["detail-type"],
            subject(event),
            event["detail"]["data"].get("revision", 0),
        )
        for event in events(system, domain, source=SOURCES[domain], since=since)
    }
    return Counter(found.values())


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
