"""Invoices and credit notes as documents that a person reads. No AWS here."""

import json
from html import escape
from string import Template

from contracts.invoicing import InvoiceIssued, InvoiceVoided
from contracts.language.types import Contract
from eventing.errors import NeverSucceeds
from invoicing.numbering import Invoice

PAGE = Template("""\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>$title</title>
<h1>$title</h1>
<p>Order $order_id, customer $customer_id, $location, issued $issued_on</p>
$remark<table>
<tr><th>Item</th><th>Quantity</th><th>Price</th><th>Amount</th></tr>
$rows</table>
<p>Net $sign$net $currency</p>
<p>Tax ($jurisdiction, $tax_rate %) $sign$tax $currency</p>
<p><strong>Total $sign$total $currency</strong></p>
</html>
""")

ROW = Template("<tr><td>$sku</td><td>$quantity</td><td>$price</td><td>$sign$amount</td></tr>\n")

Issued = InvoiceIssued | InvoiceVoided
"""What a document is made of: an invoice, or the credit note that takes it back."""


def wanted(event: Contract) -> Issued:
    """The event, which has to be one that a document is made of. NeverSucceeds if it is not."""
    if not isinstance(event, InvoiceIssued | InvoiceVoided):
        raise NeverSucceeds(f"no document is made of {type(event).__name__}")
    return event


def number(issued: Issued) -> str:
    """The number of the document."""
    if isinstance(issued, InvoiceVoided):
        return issued.credit_note_number
    return issued.invoice_number


def key(issued: Issued) -> str:
    """Where in the bucket the document stands."""
    kind = "credit-notes" if isinstance(issued, InvoiceVoided) else "invoices"
    return f"{kind}/{issued.location}/{number(issued)}.html"


def decimal(minor: int) -> str:
    """Minor units as a person writes them: 3995 is 39.95."""
    return f"{minor // 100}.{minor % 100:02d}"


def render(invoice: Invoice, issued: Issued) -> str:
    """The document as a page of HTML, of what never changes once it is issued.

    ValueError if the invoice's books do not have it yet.
    """
    draft = invoice.draft
    credit = isinstance(issued, InvoiceVoided)
    issued_at = invoice.voided_at if credit else invoice.issued_at
    if draft is None or issued_at is None:
        raise ValueError(f"{number(issued)} of order {invoice.order_id} is not issued")
    order = draft.order
    sign = "-" if credit else ""
    rows = "".join(
        ROW.substitute(
            sku=escape(line.sku),
            quantity=line.quantity,
            price=decimal(line.unit_price),
            amount=decimal(line.quantity * line.unit_price),
            sign=sign,
        )
        for line in order.lines
    )
    remark = f"<p>Takes back invoice {issued.invoice_number} in full</p>\n"
    return PAGE.substitute(
        title=f"{'Credit note' if credit else 'Invoice'} {number(issued)}",
        remark=remark if credit else "",
        sign=sign,
        order_id=escape(order.order_id),
        customer_id=escape(order.customer_id),
        location=order.location,
        issued_on=f"{issued_at:%Y-%m-%d}",
        rows=rows,
        net=decimal(draft.net),
        jurisdiction=draft.jurisdiction,
        tax_rate=decimal(draft.tax_rate),
        tax=decimal(draft.tax),
        total=decimal(draft.total),
        currency=order.currency,
    )


def announcement(id: str, issued: Issued, bucket: str, key: str) -> str:
    """Tells the archives where a document stands; who gets it twice knows it by its `id`."""
    return json.dumps({"id": id, "number": number(issued), "bucket": bucket, "key": key})
