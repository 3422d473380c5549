"""What the invoicing domain publishes, as tests of invoicing and its consumers need it."""

from contracts.invoicing import InvoiceHeld, InvoiceIssued, InvoiceReleased, InvoiceVoided


def invoice_issued(order_id: str = "order-1", number: str = "IE-000001") -> InvoiceIssued:
    """The invoice of two keyboards at 79.95."""
    return InvoiceIssued(
        order_id=order_id,
        customer_id="customer-7",
        location="eu-west",
        jurisdiction="IE",
        invoice_number=number,
        net=15_990,
        tax=3_678,
        total=19_668,
        currency="EUR",
    )


def invoice_voided(order_id: str = "order-1", number: str = "IE-CN-000001") -> InvoiceVoided:
    """The credit note of `invoice_issued`."""
    return InvoiceVoided(
        order_id=order_id,
        location="eu-west",
        jurisdiction="IE",
        invoice_number="IE-000001",
        credit_note_number=number,
        total=19_668,
        currency="EUR",
    )


def invoice_held(order_id: str = "order-1", revision: int = 1) -> InvoiceHeld:
    """The invoice of `invoice_issued` is on hold."""
    return InvoiceHeld(order_id, revision, "IE-000001")


def invoice_released(order_id: str = "order-1", revision: int = 2) -> InvoiceReleased:
    """The invoice of `invoice_issued` is on hold no more."""
    return InvoiceReleased(order_id, revision, "IE-000001")
