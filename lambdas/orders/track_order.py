"""Follows what invoicing says of an order: its invoice, its credit note."""

import msgspec

from eventing import environment
from eventing.consumer import consumer
from eventing.events import Event
from orders import order, store


class Environment(msgspec.Struct):
    table_name: str


ENV = environment.read(Environment)


@consumer
def handler(event: Event) -> None:
    """Applies one event of the queue `order-updates` to its order. Raises if that is not there."""

    def followed(current: order.Order) -> store.Change | None:
        after = order.follow(current, event.data)
        return None if after == current else (after, None)

    store.update(ENV.table_name, event.metadata.subject, followed)
