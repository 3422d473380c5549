"""What the support domain publishes (source `support-service`), and what its partner sends.

`department` is whom a ticket concerns: consumers take those of theirs, by content. It is open, as
departments come and go; every event of a ticket has the one that its first event had.
"""

from typing import Annotated

from msgspec import Meta

from contracts.language.types import Contract, Identifier, Version

SOURCE = "support-service"

Name = Annotated[str, Meta(min_length=1, max_length=64)]
"""A name that the partner gives: of a department, of a status."""


CREATED, UPDATED, RESOLVED = PARTNER_EVENTS = (
    "Ticket Created",
    "Ticket Updated",
    "Ticket Resolved",
)
"""The detail-types of the partner's events."""

TEST_CREATOR = "crossbus-test"
"""Whose tickets are no business: they prove that the system works, and no metric counts them."""


class PartnerTicket(Contract, frozen=True):
    """What the partner says of a ticket, in the detail of each of its events."""

    ticket_id: Identifier
    order_id: Identifier
    department: Name
    creator: Annotated[str, Meta(min_length=1, max_length=256)]
    status: Name


class TicketCreated(Contract, frozen=True):
    """Version 1.0: somebody has a problem with an order."""

    ticket_id: Identifier
    order_id: Identifier
    department: Name
    creator: Annotated[str, Meta(min_length=1, max_length=256)]


class TicketUpdated(Contract, frozen=True):
    """Version 1.0: a ticket has moved on. `status` is in the partner's words."""

    ticket_id: Identifier
    order_id: Identifier
    department: Name
    status: Name


class TicketResolved(Contract, frozen=True):
    """Version 1.0, sparse: the ticket is closed, for good."""

    ticket_id: Identifier
    order_id: Identifier
    department: Name


EVENTS = (
    Version("TicketCreated", "1.0", TicketCreated),
    Version("TicketUpdated", "1.0", TicketUpdated),
    Version("TicketResolved", "1.0", TicketResolved),
)
