"""Counts the units ordered of each product by day, from the stream of all events."""

import msgspec

from contracts.orders import OrderPlaced
from eventing.aws import Client
from eventing.consumer import consumer
from eventing.events import Event
from eventing.function import Handler, function
from eventing.observability import metrics
from eventing.queues import Queues
from eventing.unit_of_work import Table
from insights import store


class Settings(msgspec.Struct):
    table_name: str
    queues: str


def make(settings: Settings, client: Client) -> Handler:
    """Counts each order of the stream `events`, once; other events are nothing to it."""
    table = Table(client("dynamodb"), settings.table_name)

    @consumer(Queues(settings.queues, client))
    def handler(event: Event) -> None:
        if isinstance(event.data, OrderPlaced):
            units = store.count(table, event.data, event.metadata.occurred_at)
            if units:
                metrics.add_metric(name="UnitsOrdered", unit="Count", value=units)

    return handler


handler = function(make, Settings)
