"""The table of support: tickets, and which events of the partner are translated."""

from datetime import datetime, timedelta

import msgspec

from eventing.events import Event, new_event
from eventing.unit_of_work import Kind, Table, UnitOfWork
from support import ticket
from support.ticket import Ticket

REMEMBERED = timedelta(days=35)
"""For how long an event of the partner is known again: longer than its bus's archive keeps it."""


class Translated(msgspec.Struct, frozen=True, rename="camel"):
    """An event of the partner that is dealt with, until DynamoDB forgets it: seconds since 1970."""

    detail_type: str
    expires_at: int


TICKETS = Kind("TICKET", Ticket)
TRANSLATED = Kind("TRANSLATED", Translated)


def translate(table: Table, received: Event, at: datetime) -> Event | None:
    """Stores what the partner's event makes of its ticket, and publishes it as support's own, in
    one transaction. Returns what is published; None if the event, or what it says, is known.

    ConditionFailed if other writes kept coming first.
    """
    id, ticket_id = received.metadata.id, received.metadata.subject

    def translated(unit: UnitOfWork) -> Event | None:
        if unit.get(TRANSLATED, id):
            return None
        made = ticket.follow(unit.get(TICKETS, ticket_id), received)
        if made is None:
            return None
        after, data = made
        expires_at = int((at + REMEMBERED).timestamp())
        unit.put(TRANSLATED, id, Translated(received.detail_type, expires_at))
        unit.put(TICKETS, ticket_id, after)
        event = new_event(
            data,
            id=ticket.event_id(id),
            subject=ticket_id,
            correlation_id=received.metadata.correlation_id,
            causation_id=id,
            at=received.metadata.occurred_at,
            trace=received.trace,
        )
        unit.publish(event)
        return event

    return table.transact(translated)
