"""The orders table: orders, the answers to idempotency keys, and the outbox."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from eventing import dynamodb, outbox
from eventing.aws import attempts, client
from eventing.events import Event
from orders.order import Order

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

dynamo: "DynamoDBClient" = client("dynamodb")

KEY_KEPT = timedelta(days=1)
"""How long an idempotency key is remembered."""


class OrderNotFound(LookupError):
    """There is no order with this id."""


class FirstRequest(NamedTuple):
    """What an idempotency key stands for: the order it placed, and a digest of what was asked."""

    key: str
    digest: str
    order_id: str


Change = tuple[Order, Event | None]


def place(
    table: str, order: Order, event: Event, request: FirstRequest | None
) -> FirstRequest | None:
    """Stores the order, its event and its idempotency key in one transaction.

    Returns `request`; or the first request with its key if that came before, and stores nothing.
    """
    writes = [
        dynamodb.put(table, _order_item(order, revision=1)),
        dynamodb.put(table, outbox.item(event)),
    ]
    if request:
        writes.append(dynamodb.put(table, _request_item(request, order.placed_at)))
    try:
        dynamodb.transact(dynamo, writes)
        return request
    except dynamodb.ConditionFailed:
        first = dynamodb.get(dynamo, table, f"REQUEST#{request.key}") if request else None
        if first is None:
            raise
        return FirstRequest(first["key"], first["digest"], first["orderId"])


def get(table: str, order_id: str) -> Order:
    """The order. OrderNotFound if there is none."""
    return _read(table, order_id)[0]


def update(table: str, order_id: str, change: Callable[[Order], Change | None]) -> Order:
    """Stores what `change` makes of the order, and its event, in one transaction.

    Reads and changes again if another write came between. Returns the order as stored, unchanged
    where `change` returned None. OrderNotFound if there is none; ConditionFailed if other writes
    kept coming first.
    """
    for _ in attempts(5):
        order, revision = _read(table, order_id)
        changed = change(order)
        if changed is None:
            return order
        after, event = changed
        item = _order_item(after, revision=revision + 1)
        writes = [dynamodb.put(table, item, revision=revision)]
        if event:
            writes.append(dynamodb.put(table, outbox.item(event)))
        try:
            dynamodb.transact(dynamo, writes)
            return after
        except dynamodb.ConditionFailed as error:
            lost = error
    raise lost


def _read(table: str, order_id: str) -> tuple[Order, int]:
    item = dynamodb.get(dynamo, table, f"ORDER#{order_id}")
    if item is None:
        raise OrderNotFound(order_id)
    return msgspec.convert(item, Order), item["revision"]


def _order_item(order: Order, revision: int) -> dict[str, Any]:
    key = {"pk": f"ORDER#{order.placed.order_id}", "revision": revision}
    values: dict[str, Any] = msgspec.to_builtins(order)
    return key | values


def _request_item(request: FirstRequest, at: datetime) -> dict[str, Any]:
    return {
        "pk": f"REQUEST#{request.key}",
        "key": request.key,
        "digest": request.digest,
        "orderId": request.order_id,
        "expiresAt": int((at + KEY_KEPT).timestamp()),
    }
