"""Puts the invoice of an order on hold while a ticket of billing about the order is open."""

from datetime import UTC, datetime

import msgspec

from eventing.aws import Client
from eventing.consumer import consumer
from eventing.events import Event
from eventing.function import Handler, function
from eventing.observability import logger
from eventing.queues import Queues
from eventing.unit_of_work import Table
from invoicing import hold, store


class Settings(msgspec.Struct):
    table_name: str
    outbox_name: str
    queues: str


def make(settings: Settings, client: Client) -> Handler:
    """Holds or releases because of each event of the queue `billing-tickets`."""
    table = Table(client("dynamodb"), settings.table_name, settings.outbox_name)

    @consumer(Queues(settings.queues, client))
    def handler(event: Event) -> None:
        told = hold.wanted(event.data)
        published = store.hold(table, told, event, datetime.now(UTC))
        if published:
            logger.info(published.detail_type, order_id=told.order_id, ticket_id=told.ticket_id)

    return handler


handler = function(make, Settings)
