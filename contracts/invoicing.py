"""What the invoicing domain publishes (source `invoice-service`)."""

from typing import Annotated

from msgspec import Meta

from contracts.language.types import Contract, Currency, Identifier, Location, Minor, Version

SOURCE = "invoice-service"


class InvoiceIssued(Contract, frozen=True):
    """Version 1.0: an order has its invoice. Amounts in minor units; total = net + tax."""

    order_id: Identifier
    customer_id: Identifier
    location: Location
    jurisdiction: Identifier
    invoice_number: Identifier
    net: Minor
    tax: Minor
    total: Minor
    currency: Currency


class InvoiceVoided(Contract, frozen=True):
    """Version 1.0: a credit note with its own number takes an invoice back in full."""

    order_id: Identifier
    location: Location
    jurisdiction: Identifier
    invoice_number: Identifier
    credit_note_number: Identifier
    total: Minor
    currency: Currency


class InvoiceHeld(Contract, frozen=True):
    """Version 1.0: nobody is to ask for the money of an order as long as a ticket about it is open.

    A hold may come before the invoice has a number. It comes and goes: of two events about an order
    the one of the higher `revision` says how it is now.
    """

    order_id: Identifier
    revision: Annotated[int, Meta(ge=1)]
    invoice_number: Identifier | None = None


class InvoiceReleased(Contract, frozen=True):
    """Version 1.0: the last ticket about an order that was on hold is resolved. See InvoiceHeld."""

    order_id: Identifier
    revision: Annotated[int, Meta(ge=1)]
    invoice_number: Identifier | None = None


EVENTS = (
    Version("InvoiceIssued", "1.0", InvoiceIssued),
    Version("InvoiceVoided", "1.0", InvoiceVoided),
    Version("InvoiceHeld", "1.0", InvoiceHeld),
    Version("InvoiceReleased", "1.0", InvoiceReleased),
)
