"""Follows what invoicing says of an order: its invoice, its credit note."""

import msgspec

from eventing.aws import Client
from eventing.consumer import Errors, batch_consumer, consume_each, event_of
from eventing.events import Event
from eventing.function import Handler, function
from eventing.queues import Queues
from eventing.unit_of_work import Table
from orders import order, store


class Settings(msgspec.Struct):
    table_name: str
    queues: str


def make(settings: Settings, client: Client) -> Handler:
    """Applies each event of the queue `order-updates` to its order, which has to be there."""
    table = Table(client("dynamodb"), settings.table_name)

    @batch_consumer(Queues(settings.queues, client), event_of)
    def handler(events: dict[str, Event]) -> Errors:
        orders = store.loaded(table, (event.metadata.subject for event in events.values()))
        return consume_each(events, lambda event: _follow(orders, event))

    return handler


def _follow(table: Table, event: Event) -> None:
    def followed(current: order.Order) -> store.Change | None:
        after = order.follow(current, event.data)
        return None if after == current else (after, None)

    store.update(table, event.metadata.subject, followed)


handler = function(make, Settings)
