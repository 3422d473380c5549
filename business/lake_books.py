"""The books of insights: what is in its lake and its table, compared with what was published."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from business import books
from business.audit.lake import Answer, ask
from business.audit.questions import BEGINNING, query
from business.books import Readable
from contracts.orders import TEST_CUSTOMER
from stacks.subscriptions import PUBLISHED, SOURCES

EVENTS = "SELECT id FROM events"


@dataclass(frozen=True)
class LakeBooks:
    """How many events were published and how many units ordered, and what is wrong with the lake.

    `lost`: events that a domain published and the lake has not, and units that were ordered and not
    counted as demand. `duplicated`: units that were counted and not ordered. `strays`: events in
    the lake that nobody published. An order that was cancelled later was demand all the same.
    """

    events: int
    units: int
    lost: int
    duplicated: int
    strays: int

    @property
    def balanced(self) -> bool:
        """Whether the lake has each event that was published, and demand is what was ordered."""
        return not (self.lost or self.duplicated or self.strays)

    def __str__(self) -> str:
        return (
            f"events {self.events} · units ordered {self.units} · not in the lake or not counted "
            f"{self.lost} · counted twice {self.duplicated} · published by nobody {self.strays}"
        )


def audit(system: Readable, since: datetime | None = None) -> LakeBooks:
    """The books of insights: the lake by the logs of the buses, demand by the table of orders."""
    published = {id for domain in publishers() for id in _published(system, domain, since)}
    kept = in_lake(system, since)
    ordered, counted = units_ordered(system), demand(system)
    return LakeBooks(
        events=len(published),
        units=counted.total(),
        lost=len(published - kept) + (ordered - counted).total(),
        duplicated=(counted - ordered).total(),
        strays=len(kept - published),
    )


def publishers() -> list[str]:
    """The domains that publish something."""
    return sorted({domain for domain, _ in PUBLISHED})


def _published(system: Readable, domain: str, since: datetime | None) -> Iterator[str]:
    for event in books.events(system, domain, source=SOURCES[domain], since=since):
        yield event["detail"]["metadata"]["id"]


def answer(system: Readable, sql: str, since: datetime | None = None, **values: str) -> Answer:
    """What the lake answers to a question over `events`."""
    first_day = since.date().isoformat() if since else BEGINNING
    return ask(
        system.client("athena", "insights"),
        query(sql, values, first_day),
        database=system.output("insights", "AuditDatabase"),
        work_group=system.output("insights", "AuditWorkGroup"),
    )


def in_lake(system: Readable, since: datetime | None = None) -> set[str]:
    """The ids of the events in the lake."""
    return {str(id) for [id] in answer(system, EVENTS, since).rows}


def demand(system: Readable) -> Counter[str]:
    """The units that insights has counted of each product."""
    found: Counter[str] = Counter()
    for item in books.items(system, "insights", "DEMAND#"):
        found[item["pk"].split("#", 2)[2]] += int(item["units"])
    return found


def units_ordered(system: Readable) -> Counter[str]:
    """The units of each product in the orders of customers."""
    found: Counter[str] = Counter()
    for order in books.items(system, "orders", "ORDER#"):
        if order["placed"]["customerId"] != TEST_CUSTOMER:
            for line in order["placed"]["lines"]:
                found[line["sku"]] += int(line["quantity"])
    return found
