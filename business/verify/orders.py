"""Orders of the test customer: placed, followed to their documents and their shipment.

Those that are to be shipped cost nothing, as nobody can take them back afterwards; one that does
cost something is cancelled at once.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args

import httpx
from botocore.exceptions import ClientError

from business.deployed import Deployed
from contracts.language.types import Location
from contracts.orders import TEST_CUSTOMER

LOCATIONS: tuple[str, ...] = get_args(Location)
PRICE = 1000
"""Of the order that is cancelled, in minor units."""


@dataclass
class Followed:
    """A test order, and how far it was seen to come.

    `refusal` says why it, or its cancellation, was not taken; `unread` why it cannot be looked at.
    """

    location: str
    cancel_at_once: bool = False
    cancelled: bool = False
    order_id: str = ""
    refusal: str = ""
    unread: str = ""
    placed_at: datetime | None = None
    shown_invoice: str | None = None
    shown_credit_note: str | None = None
    shown_shipment: str | None = None
    shown_too_late: bool = False
    shown_on_hold: bool | None = None
    invoice: dict[str, Any] | None = None
    shipment: dict[str, Any] | None = None
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
    def shipped(self) -> str | None:
        """The id of its shipment, as fulfillment has it, once that is dispatched."""
        shipment = self.shipment or {}
        return shipment["plan"]["shipmentId"] if shipment.get("dispatchedAt") else None

    @property
    def is_withdrawn(self) -> bool:
        """Whether fulfillment knows that it was cancelled in time."""
        return bool((self.shipment or {}).get("isCancelled"))

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
    def missing_shipment(self) -> str:
        """The same of its shipment; of one that is cancelled, that it is not shipped, or shows that
        the cancellation came too late.
        """
        if self.refusal or self.unread:
            return self.refusal or self.unread
        if not self.shipped:
            settled = self.cancel_at_once and self.is_withdrawn
            return "" if settled else "is not shipped" if self.shipment else "has no shipment"
        if self.shown_shipment != self.shipped:
            return f"does not show its shipment {self.shipped}"
        if self.cancel_at_once and not self.shown_too_late:
            return f"does not show that it was cancelled too late for {self.shipped}"
        return ""

    @property
    def uncredited(self) -> str:
        """The number of the invoice of a cancelled order that no credit note has taken back yet;
        else empty.
        """
        return "" if self.credit_note or not self.cancelled else self.number or ""

    @property
    def took_s(self) -> float | None:
        """Seconds from order to invoice, by the clocks of the functions that noted them."""
        return self._until((self.invoice or {}).get("issuedAt"))

    @property
    def took_to_shipment_s(self) -> float | None:
        """Seconds from order to shipment, likewise."""
        return self._until((self.shipment or {}).get("dispatchedAt"))

    def _until(self, at: str | None) -> float | None:
        if self.placed_at is None or not at:
            return None
        return (datetime.fromisoformat(at) - self.placed_at).total_seconds()


def place_all(deployed: Deployed) -> list[Followed]:
    """Places an order of nothing from every location, and one more of something that is cancelled
    at once.
    """
    orders = [Followed(location) for location in LOCATIONS]
    orders.append(Followed(LOCATIONS[0], cancel_at_once=True))
    for order in orders:
        body = {
            "customerId": TEST_CUSTOMER,
            "location": order.location,
            "lines": [{"sku": "verify", "quantity": 1, "unitPrice": _price(order)}],
        }
        answer, order.refusal = _asked(deployed, "POST", "/orders", 202, body)
        order.order_id = answer.get("orderId", "")
        if order.cancel_at_once:
            cancel(deployed, order)
    return orders


def _price(order: Followed) -> int:
    return PRICE if order.cancel_at_once else 0


def cancel(deployed: Deployed, order: Followed) -> None:
    """Cancels an order that was taken; a repeat changes nothing."""
    if order.order_id:
        order.refusal = _asked(deployed, "POST", _cancellation_of(order), 202)[1]
        order.cancelled = not order.refusal


def is_too_late_to_cancel(deployed: Deployed, order: Followed) -> str:
    """Asks to cancel an order that is shipped. Empty if that is refused as it has to be."""
    refusal = _asked(deployed, "POST", _cancellation_of(order), 409)[1]
    order.cancelled = bool(refusal)
    return refusal


def take_back(deployed: Deployed, order: Followed) -> None:
    """Cancels an order that is not shipped: it was not followed to its end."""
    look(deployed, order)
    if not order.shown_shipment:
        cancel(deployed, order)


def _cancellation_of(order: Followed) -> str:
    return f"/orders/{order.order_id}/cancel"


def look(deployed: Deployed, order: Followed) -> None:
    """Notes how far an order has come: in the API, in the tables of invoicing and fulfillment, in
    the bucket.
    """
    if not order.order_id:
        return
    answer, order.unread = _asked(deployed, "GET", f"/orders/{order.order_id}", 200)
    if not order.unread:
        order.placed_at = datetime.fromisoformat(answer["placedAt"])
        order.shown_invoice = answer["invoiceNumber"]
        order.shown_credit_note = answer["creditNoteNumber"]
        order.shown_shipment = answer["shipmentId"]
        order.shown_too_late = answer["cancelledTooLate"]
        order.shown_on_hold = answer["invoiceOnHold"]
    order.shipment = deployed.item("fulfillment", f"SHIPMENT#{order.order_id}")
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
