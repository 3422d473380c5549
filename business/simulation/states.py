"""What never goes back, at no step: the state of an order, an invoice, a shipment, a ticket."""

from typing import Any

Item = dict[str, Any]
"""In DynamoDB's notation."""

LIFE = ("PLACED", "INVOICED", "SHIPPED", "CANCELLED")

ONCE = (
    "invoiceNumber", "creditNoteNumber", "shipmentId", "issuedAt", "voidedAt", "dispatchedAt",
    "placedAt", "draft", "cancellation", "plan", "department",
)  # fmt: skip
"""What is given once, and then stays."""

RISING = ("holdRevision", "changes", "invoices", "creditNotes", "revision")
"""Numbers that only rise."""

FINAL = ("created", "resolved", "isCancelled")
"""What stays true once it is."""


def went_back(domain: str, old: Item | None, new: Item) -> tuple[str, str] | None:
    """What went back at a change of an item: whose, and how; None if nothing did."""
    key = new["pk"]["S"]
    if old is None or ("detailType" in new and "subject" in new):
        return None
    subject = key.partition("#")[2]
    for name in ONCE:
        if name in old and not _is_none(old[name]) and new.get(name) != old[name]:
            return (
                subject,
                f"{name} of {key} in {domain} was {_shown(old, name)}, is {_shown(new, name)}",
            )
    for name in RISING:
        if _number(new, name) < _number(old, name):
            return subject, f"{name} of {key} in {domain} fell from {_number(old, name)}"
    for name in FINAL:
        if old.get(name) == {"BOOL": True} and new.get(name) != {"BOOL": True}:
            return subject, f"{key} in {domain} is not {name} any more"
    if _is_sent(old) and not _is_cancelled(old) and _is_cancelled(new):
        return subject, f"{key} in {domain} was cancelled after it was sent"
    if "status" in old and LIFE.index(new["status"]["S"]) < LIFE.index(old["status"]["S"]):
        return subject, f"{key} went from {old['status']['S']} to {new['status']['S']}"
    after = new.get("tickets", {}).get("M", {})
    for ticket, status in old.get("tickets", {}).get("M", {}).items():
        if status == {"S": "RESOLVED"} and after.get(ticket) != status:
            return subject, f"ticket {ticket} of {key} in {domain} was resolved, and is not"
    return None


def _is_sent(item: Item) -> bool:
    """Whether a shipment is dispatched, or an order known to be."""
    return any(name in item and not _is_none(item[name]) for name in ("dispatchedAt", "shipmentId"))


def _is_cancelled(item: Item) -> bool:
    """Whether a shipment or an order is cancelled."""
    return item.get("status") == {"S": "CANCELLED"} or item.get("isCancelled") == {"BOOL": True}


def _is_none(value: Item) -> bool:
    return "NULL" in value


def _number(item: Item, name: str) -> int:
    return int(item.get(name, {}).get("N", 0))


def _shown(item: Item, name: str) -> str:
    ((_, value),) = item.get(name, {"": "nothing"}).items()
    return str(value)[:60]
