"""The orders table: orders, and the answers to idempotency keys."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import msgspec

from eventing.events import Event
from eventing.unit_of_work import Kind, Table, UnitOfWork
from orders.order import Order

KEY_KEPT = timedelta(days=1)
"""How long an idempotency key is remembered."""


class OrderNotFound(LookupError):
    """There is no order with this id."""


class FirstRequest(msgspec.Struct, frozen=True, rename="camel"):
    """What an idempotency key stands for: the order it placed, and a digest of what was asked.

    DynamoDB forgets it at `expires_at`, in seconds since 1970.
    """

    key: str
    digest: str
    order_id: str
    expires_at: int


ORDERS = Kind("ORDER", Order)
FIRST_REQUESTS = Kind("REQUEST", FirstRequest)

Change = tuple[Order, Event | None]


def first_request(key: str, digest: str, order_id: str, at: datetime) -> FirstRequest:
    """The request made at a time, to be remembered for a day."""
    return FirstRequest(key, digest, order_id, int((at + KEY_KEPT).timestamp()))


def place(
    table: Table, order: Order, event: Event, request: FirstRequest | None
) -> FirstRequest | None:
    """Stores the order, its event and its idempotency key in one transaction.

    Returns `request`; or the first request with its key if that came before, and stores nothing.
    """

    def placed(unit: UnitOfWork) -> FirstRequest | None:
        if request:
            first = unit.get(FIRST_REQUESTS, request.key)
            # What has expired is there for days, until DynamoDB deletes it.
            if first and first.expires_at > order.placed_at.timestamp():
                return first
            unit.put(FIRST_REQUESTS, request.key, request)
        unit.put(ORDERS, order.placed.order_id, order)
        unit.publish(event)
        return request

    return table.transact(placed)


def loaded(table: Table, order_ids: Iterable[str]) -> Table:
    """The table with these orders, at most 100, read in one call."""
    return table.loaded(map(ORDERS.key, order_ids))


def get(table: Table, order_id: str) -> Order:
    """The order. OrderNotFound if there is none."""
    order = table.read(ORDERS, order_id)
    if order is None:
        raise OrderNotFound(order_id)
    return order


def update(table: Table, order_id: str, change: Callable[[Order], Change | None]) -> Order:
    """Stores what `change` makes of the order, and its event, in one transaction.

    Returns the order as stored, unchanged where `change` returned None. OrderNotFound if there is
    none; ConditionFailed if other writes kept coming first.
    """

    def changed(unit: UnitOfWork) -> Order:
        order = unit.get(ORDERS, order_id)
        if order is None:
            raise OrderNotFound(order_id)
        made = change(order)
        if made is None:
            return order
        after, event = made
        unit.put(ORDERS, order_id, after)
        if event:
            unit.publish(event)
        return after

    return table.transact(changed)
