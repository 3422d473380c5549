"""Orders of the test customer: placed, followed to their documents, and taken back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args

import httpx
from botocore.exceptions import ClientError

from business.deployed import Deployed
from contracts.language.types import Location
from contracts.orders import TEST_CUSTOMER

LOCATIONS: tuple[str, ...] = get_args(Location)


@dataclass
class Followed:
    """A test order, and how far it was seen to come.

    `refusal` says why it, or its cancellation, was not taken; `unread` why it cannot be looked at.
    """

    location: str
    cancel_at_once: bool = False
    order_id: str = ""
    refusal: str = ""
    unread: str = ""
    placed_at: datetime | None = None
    shown_invoice: str | None = None
    shown_credit_note: str | None = None
    invoice: dict[str, Any] | None = None
    documents: frozenset[str] = frozenset()

    @property
    def number(self) -> str | None:
        """The number of its invoice, as invoicing has it."""
        return (self.invoice or {}).get("invoiceNumber")

    @property
    def credit_note(self) -> str | None:
        """The number of its credit note, as invoicing has it."""
        return (self.invoice or {}).get("creditNoteNumber")

    @property
    def missing(self) -> str:
        """The first thing on its way that it did not come to; empty when it is invoiced."""
        if self.refusal or self.unread:
            return self.refusal or self.unread
        if not self.number:
            return "has no invoice"
        if self.shown_invoice != self.number:
            return f"does not show its invoice {self.number}"
        return "" if self.number in self.documents else f"has no document {self.number}"

    @property
    def missing_credit(self) -> str:
        """The same of its credit note."""
        if self.refusal or self.unread:
            return self.refusal or self.unread
        if not self.credit_note:
            return "has no credit note"
        if self.shown_credit_note != self.credit_note:
            return f"does not show its credit note {self.credit_note}"
        return "" if self.credit_note in self.documents else f"has no document {self.credit_note}"

    @property
    def uncredited(self) -> str:
        """The number of an invoice that no credit note has taken back yet; else empty."""
        return "" if self.credit_note else self.number or ""

    @property
    def took_s(self) -> float | None:
        """Seconds from order to invoice, by the clocks of the functions that noted them."""
        issued = (self.invoice or {}).get("issuedAt")
        if self.placed_at is None or not issued:
            return None
        return (datetime.fromisoformat(issued) - self.placed_at).total_seconds()


def place_all(deployed: Deployed) -> list[Followed]:
    """Places an order of every location, and one more that is cancelled at once."""
    orders = [Followed(location) for location in LOCATIONS]
    orders.append(Followed(LOCATIONS[0], cancel_at_once=True))
    for order in orders:
        body = {
            "customerId": TEST_CUSTOMER,
            "location": order.location,
            "lines": [{"sku": "verify", "quantity": 1, "unitPrice": 1000}],
        }
        answer, order.refusal = _asked(deployed, "POST", "/orders", 202, body)
        order.order_id = answer.get("orderId", "")
        if order.cancel_at_once:
            cancel(deployed, order)
    return orders


def cancel(deployed: Deployed, order: Followed) -> None:
    """Cancels an order that was taken; a repeat changes nothing."""
    if order.order_id:
        path = f"/orders/{order.order_id}/cancel"
        order.refusal = _asked(deployed, "POST", path, 202)[1]


def look(deployed: Deployed, order: Followed) -> None:
    """Notes how far an order has come: in the API, in invoicing's table, in the bucket."""
    if not order.order_id:
        return
    answer, order.unread = _asked(deployed, "GET", f"/orders/{order.order_id}", 200)
    if not order.unread:
        order.placed_at = datetime.fromisoformat(answer["placedAt"])
        order.shown_invoice = answer["invoiceNumber"]
        order.shown_credit_note = answer["creditNoteNumber"]
    order.invoice = deployed.item("invoicing", f"INVOICE#{order.order_id}")
    for kind, number in (("invoices", order.number), ("credit-notes", order.credit_note)):
        key = f"{kind}/{order.location}/{number}.html"
        if number and number not in order.documents and _document_says(deployed, key, order):
            order.documents |= {number}


def _document_says(deployed: Deployed, key: str, order: Followed) -> bool:
    """Whether there is a document under the key, and it is about the order."""
    try:
        found = deployed.client("s3", "invoicing").get_object(
            Bucket=deployed.bucket("invoicing"), Key=key
        )
    except ClientError as error:
        if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
            return False
        raise
    return order.order_id in found["Body"].read().decode()


def _asked(
    deployed: Deployed, method: str, path: str, expected: int, body: object = None
) -> tuple[dict[str, Any], str]:
    """What the API answers, and why that is not what was expected."""
    try:
        answer = deployed.call(method, path, body)
    except httpx.HTTPError as error:
        return {}, f"{method} {path}: no answer: {error!r}"
    if answer.status_code != expected:
        told = answer.text[:200]
        return {}, f"{method} {path}: expected {expected}, got {answer.status_code}: {told}"
    return answer.json(), ""
