"""An invoice as a document that a person reads. No AWS here."""

import json
from html import escape
from string import Template

from invoicing.numbering import Invoice

PAGE = Template("""\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Invoice $number</title>
<h1>Invoice $number</h1>
<p>Order $order_id, customer $customer_id, $location, issued $issued_on</p>
<table>
<tr><th>Item</th><th>Quantity</th><th>Price</th><th>Amount</th></tr>
$rows</table>
<p>Net $net $currency</p>
<p>Tax ($jurisdiction, $tax_rate %) $tax $currency</p>
<p><strong>Total $total $currency</strong></p>
</html>
""")

ROW = Template("<tr><td>$sku</td><td>$quantity</td><td>$price</td><td>$amount</td></tr>\n")


def key(location: str, number: str) -> str:
    """Where in the bucket the document of an invoice stands."""
    return f"invoices/{location}/{number}.html"


def decimal(minor: int) -> str:
    """Minor units as a person writes them: 3995 is 39.95."""
    return f"{minor // 100}.{minor % 100:02d}"


def render(invoice: Invoice) -> str:
    """The invoice as a page of HTML, of what never changes once it is issued.

    ValueError if it is not issued yet.
    """
    draft = invoice.draft
    if draft is None or invoice.issued_at is None:
        raise ValueError(f"the invoice of order {invoice.order_id} is not issued")
    order = draft.order
    rows = "".join(
        ROW.substitute(
            sku=escape(line.sku),
            quantity=line.quantity,
            price=decimal(line.unit_price),
            amount=decimal(line.quantity * line.unit_price),
        )
        for line in order.lines
    )
    return PAGE.substitute(
        number=invoice.invoice_number,
        order_id=escape(order.order_id),
        customer_id=escape(order.customer_id),
        location=order.location,
        issued_on=f"{invoice.issued_at:%Y-%m-%d}",
        rows=rows,
        net=decimal(draft.net),
        jurisdiction=draft.jurisdiction,
        tax_rate=decimal(draft.tax_rate),
        tax=decimal(draft.tax),
        total=decimal(draft.total),
        currency=order.currency,
    )


def announcement(number: str, bucket: str, key: str) -> str:
    """The message that tells the archives where an invoice's document stands."""
    return json.dumps({"invoiceNumber": number, "bucket": bucket, "key": key})
