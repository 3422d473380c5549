"""Counts the units ordered of each product by day, from the stream of all events."""

from collections.abc import Iterable
from itertools import chain

import msgspec

from contracts.orders import OrderPlaced
from eventing.aws import Client
from eventing.batch import Errors, consume_together
from eventing.consumer import batch_consumer, event_of
from eventing.events import Event
from eventing.function import Handler, function
from eventing.observability import metrics
from eventing.queues import Queues
from eventing.unit_of_work import Table
from insights import demand, store


class Settings(msgspec.Struct):
    table_name: str
    queues: str


def make(settings: Settings, client: Client) -> Handler:
    """Counts each order of the stream `events`, once; other events are nothing to it."""
    table = Table(client("dynamodb"), settings.table_name)

    @batch_consumer(Queues(settings.queues, client), event_of)
    def handler(events: dict[str, Event]) -> Errors:
        return consume_together(events, counted)

    def counted(events: list[Event]) -> None:
        for units in store.count(table, chain.from_iterable(map(_parts, events))):
            if units:
                metrics.add_metric(name="UnitsOrdered", unit="Count", value=units)

    return handler


def _parts(event: Event) -> Iterable[demand.Part]:
    if not isinstance(event.data, OrderPlaced):
        return ()
    return demand.parts(event.data, event.metadata.occurred_at, store.MOST_PRODUCTS)


handler = function(make, Settings)
