"""The books of tickets: what support knows, what it published, and what it led to, compared."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

Item = Mapping[str, Any]

HOLDERS = ("billing", "fulfillment")
"""The departments that hold something for their tickets."""

UPDATED = ("TicketUpdated", "")

Holds = Mapping[str, Iterable[tuple[str, str, str]]]
"""Order, ticket and status (OPEN, RESOLVED) of all that holds, by department."""


class Tickets(NamedTuple):
    """How many tickets there are, and what is wrong with them: see `books.Books`."""

    known: int
    lost: int
    duplicated: int
    strays: int


def compare(tickets: list[Item], updates: int, published: Counter[Any], holds: Holds) -> Tickets:
    """The books of what support knows: its tickets, and how many updates it was told of.

    `published` has how often it published what (type, ticket, …); `holds` is what others know.
    """
    expected = Counter(
        (detail_type, ticket["ticketId"])
        for ticket in tickets
        for detail_type, is_so in (
            ("TicketCreated", ticket["created"]),
            ("TicketResolved", ticket["resolved"]),
        )
        if is_so
    )
    expected[UPDATED] = updates
    told = Counter[tuple[str, str]]()
    for (detail_type, ticket_id, *_), count in published.items():
        # Of updates a ticket may have many: they are counted together.
        told[UPDATED if detail_type == UPDATED[0] else (detail_type, ticket_id)] += count
    lost, strays = (expected - told).total(), 0
    for department in HOLDERS:
        meant, known = _meant(tickets, department), set(holds[department])
        lost, strays = lost + len(meant - known), strays + len(known - meant)
    return Tickets(len(tickets), lost, (told - expected).total(), strays)


def _meant(tickets: list[Item], department: str) -> set[tuple[str, str, str]]:
    """What a department has to know of tickets: those of its own that are opened or resolved."""
    return {
        (ticket["orderId"], ticket["ticketId"], "RESOLVED" if ticket["resolved"] else "OPEN")
        for ticket in tickets
        if ticket["department"] == department and (ticket["created"] or ticket["resolved"])
    }
