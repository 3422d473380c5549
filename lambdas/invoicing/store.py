"""The invoices table: invoices, the counters of their numbers, and the outbox."""

from typing import TYPE_CHECKING, Any

import msgspec

from eventing import dynamodb, outbox
from eventing.aws import client
from invoicing.numbering import Counters, Invoice, Numbered

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

dynamo: "DynamoDBClient" = client("dynamodb")

Revisions = dict[str, int]
"""The revision of each item that was read, by key."""


class InvoiceNotFound(LookupError):
    """There is no invoice for this order."""


def get(table: str, order_id: str) -> Invoice:
    """The invoice of an order. InvoiceNotFound if there is none."""
    item = dynamodb.get(dynamo, table, _invoice_key(order_id))
    if item is None:
        raise InvoiceNotFound(order_id)
    return msgspec.convert(item, Invoice)


def read(
    table: str, jurisdiction: str, order_ids: list[str]
) -> tuple[dict[str, Invoice], Counters, Revisions]:
    """The books as far as these orders need them: invoices by order id, and the counters."""
    counters_key = _counters_key(jurisdiction)
    keys = [counters_key, *(_invoice_key(order_id) for order_id in order_ids)]
    items = dynamodb.get_all(dynamo, table, keys)
    revisions = {pk: item["revision"] for pk, item in items.items()}
    counters = msgspec.convert(items.pop(counters_key, {}), Counters)
    books = {item["orderId"]: msgspec.convert(item, Invoice) for item in items.values()}
    return books, counters, revisions


def write(table: str, jurisdiction: str, numbered: Numbered, revisions: Revisions) -> None:
    """Stores invoices, counters and events in one transaction, on condition that the books are
    still those that were read. ConditionFailed if they are not: nothing is stored then.
    """
    items = {_invoice_key(order_id): invoice for order_id, invoice in numbered.invoices.items()}
    state: dict[str, Counters | Invoice] = {_counters_key(jurisdiction): numbered.counters, **items}
    writes = [_put(table, pk, value, revisions.get(pk)) for pk, value in state.items()]
    writes += [dynamodb.put(table, outbox.item(event)) for event in numbered.events]
    dynamodb.transact(dynamo, writes)


def _put(table: str, pk: str, value: Counters | Invoice, read: int | None) -> Any:
    values: dict[str, Any] = msgspec.to_builtins(value)
    return dynamodb.put(table, {"pk": pk, "revision": (read or 0) + 1} | values, revision=read)


def _invoice_key(order_id: str) -> str:
    return f"INVOICE#{order_id}"


def _counters_key(jurisdiction: str) -> str:
    return f"COUNTERS#{jurisdiction}"
