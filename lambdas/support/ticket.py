"""The rules of a ticket: what the partner's events make of it, in whatever order. No AWS here.

A ticket is created once and resolved once, and resolved is final: what comes later changes nothing.
Its department and its order are those of the first event that arrived, so that who heard of a
ticket hears how it ends.
"""

import uuid

import msgspec

from contracts.language.types import Contract
from contracts.support import (
    CREATED,
    RESOLVED,
    PartnerTicket,
    TicketCreated,
    TicketResolved,
    TicketUpdated,
)
from eventing.errors import NeverSucceeds
from eventing.events import Event

IDS = uuid.UUID("0b9f5d0a-7d0e-4c5e-9a53-2f6a5d7c1e44")
"""The namespace of the ids that are made of the partner's."""


class ContradictingTicket(NeverSucceeds):
    """An event of a ticket that names another order than the ticket's."""


class Ticket(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What is known of a ticket."""

    ticket_id: str
    order_id: str
    department: str
    created: bool = False
    resolved: bool = False


def event_id(partner_event_id: str) -> str:
    """The id of what is published because of the partner's event: the same for the same event."""
    return str(uuid.uuid5(IDS, partner_event_id))


def follow(known: Ticket | None, event: Event) -> tuple[Ticket, Contract] | None:
    """The ticket after an event of the partner, and what is published of it; None for a creation
    or a resolution that is known already.

    ContradictingTicket if the event names another order than those before.
    """
    told = event.data
    if not isinstance(told, PartnerTicket):
        raise NeverSucceeds(f"support makes nothing of {type(told).__name__}")
    ticket = known or Ticket(
        ticket_id=told.ticket_id, order_id=told.order_id, department=told.department
    )
    if told.order_id != ticket.order_id:
        raise ContradictingTicket(
            f"orderId: {told.order_id!r} is not valid, expected {ticket.order_id!r}, "
            f"the order of ticket {ticket.ticket_id}"
        )
    if event.detail_type == CREATED:
        return None if ticket.created else _created(ticket, told)
    if event.detail_type == RESOLVED:
        return None if ticket.resolved else _resolved(ticket)
    return ticket, TicketUpdated(
        ticket_id=ticket.ticket_id,
        order_id=ticket.order_id,
        department=ticket.department,
        status=told.status,
    )


def _created(ticket: Ticket, told: PartnerTicket) -> tuple[Ticket, TicketCreated]:
    return msgspec.structs.replace(ticket, created=True), TicketCreated(
        ticket_id=ticket.ticket_id,
        order_id=ticket.order_id,
        department=ticket.department,
        creator=told.creator,
    )


def _resolved(ticket: Ticket) -> tuple[Ticket, TicketResolved]:
    return msgspec.structs.replace(ticket, resolved=True), TicketResolved(
        ticket_id=ticket.ticket_id, order_id=ticket.order_id, department=ticket.department
    )
