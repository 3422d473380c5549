"""Follows what becomes of an order: its invoice, credit note and hold, its shipment."""

import msgspec

from eventing.aws import Client
from eventing.batch import Errors, consume_each
from eventing.consumer import batch_consumer, event_of
from eventing.events import Event
from eventing.function import Handler, function
from eventing.observability import logger
from eventing.queues import Queues
from eventing.unit_of_work import Table
from orders import order, store


class Settings(msgspec.Struct):
    table_name: str
    queues: str


def make(settings: Settings, client: Client) -> Handler:
    """Applies each event of the queue `order-updates` to its order, which has to be there, unless
    the event may be of none.
    """
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

    try:
        store.update(table, event.metadata.subject, followed)
    except store.OrderNotFound as error:
        if not order.may_be_of_no_order(event.data):
            raise
        logger.warning("no such order", order_id=str(error))


handler = function(make, Settings)
