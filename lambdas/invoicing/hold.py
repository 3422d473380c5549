"""Whether the invoice of an order is on hold: as long as a ticket about the order is open.

A fact beside the invoice: it may be there before the invoice is, and numbering does not ask for it.
The outcome is the same whatever the order of the events and however often each comes. No AWS here.
"""

from typing import Literal

import msgspec

from contracts.invoicing import InvoiceHeld, InvoiceReleased
from contracts.language.types import Contract
from contracts.support import TicketCreated, TicketResolved
from eventing.errors import NeverSucceeds


class Hold(Contract, frozen=True, kw_only=True):
    """What is known of the tickets about an order. A ticket that is resolved stays so; `changes`
    counts how often the hold came or went.
    """

    tickets: dict[str, Literal["OPEN", "RESOLVED"]] = msgspec.field(default_factory=dict)
    changes: int = 0

    @property
    def is_on(self) -> bool:
        """Whether a ticket holds the invoice."""
        return "OPEN" in self.tickets.values()


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
    known = hold.tickets.get(told.ticket_id)
    status: Literal["OPEN", "RESOLVED"] = "OPEN" if isinstance(told, TicketCreated) else "RESOLVED"
    if known in (status, "RESOLVED"):
        return None
    after = msgspec.structs.replace(hold, tickets=hold.tickets | {told.ticket_id: status})
    if after.is_on == hold.is_on:
        return after, None
    after = msgspec.structs.replace(after, changes=hold.changes + 1)
    event = InvoiceHeld if after.is_on else InvoiceReleased
    return after, event(
        order_id=told.order_id, revision=after.changes, invoice_number=invoice_number
    )
