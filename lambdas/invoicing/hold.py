"""Whether the invoice of an order is on hold: as long as a ticket about the order is open.

A fact beside the invoice: it may be there before the invoice is, and numbering does not ask for it.
The outcome is the same whatever the order of the events and however often each comes. No AWS here.
"""

import msgspec

from contracts.invoicing import InvoiceHeld, InvoiceReleased
from contracts.language.types import Contract
from contracts.support import TicketCreated, TicketResolved
from eventing.errors import NeverSucceeds


class Hold(Contract, frozen=True, kw_only=True):
    """What is known of the tickets about an order. A ticket that was resolved before it was created
    is in `resolved` alone; `changes` counts how often the hold came or went.
    """

    created: tuple[str, ...] = ()
    resolved: tuple[str, ...] = ()
    changes: int = 0

    @property
    def open_tickets(self) -> set[str]:
        """The tickets that hold the invoice."""
        return set(self.created) - set(self.resolved)


Told = TicketCreated | TicketResolved


def wanted(event: Contract) -> Told:
    """The event, which has to be one that holds or releases. NeverSucceeds if it is not."""
    if not isinstance(event, TicketCreated | TicketResolved):
        raise NeverSucceeds(f"no invoice is held or released by {type(event).__name__}")
    return event


def follow(
    hold: Hold, told: Told, invoice_number: str | None
) -> tuple[Hold, InvoiceHeld | InvoiceReleased | None] | None:
    """The hold after an event of a ticket, with what is published if it came or went; None if the
    event says nothing new.
    """
    field = "created" if isinstance(told, TicketCreated) else "resolved"
    known: tuple[str, ...] = getattr(hold, field)
    if told.ticket_id in known:
        return None
    tickets = tuple(sorted((*known, told.ticket_id)))
    after = msgspec.structs.replace(hold, **{field: tickets})
    if bool(after.open_tickets) == bool(hold.open_tickets):
        return after, None
    after = msgspec.structs.replace(after, changes=hold.changes + 1)
    event = InvoiceHeld if after.open_tickets else InvoiceReleased
    return after, event(
        order_id=told.order_id, revision=after.changes, invoice_number=invoice_number
    )
