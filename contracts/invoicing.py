"""What the invoicing domain publishes (source `invoice-service`)."""

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


EVENTS = (
    Version("InvoiceIssued", "1.0", InvoiceIssued),
    Version("InvoiceVoided", "1.0", InvoiceVoided),
)
