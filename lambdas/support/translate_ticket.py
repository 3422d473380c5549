"""Translates the partner's events into support's own: nothing of the partner's goes further."""

from datetime import UTC, datetime

import msgspec

from eventing.aws import Client
from eventing.consumer import Errors, batch_consumer, consume_each, traced
from eventing.events import Event
from eventing.function import Handler, function
from eventing.queues import Queues
from eventing.unit_of_work import Table
from support import measures, partner, store


class Settings(msgspec.Struct):
    table_name: str
    outbox_name: str
    queues: str


def make(settings: Settings, client: Client) -> Handler:
    """Translates each event of the queue `partner-tickets`, each once."""
    table = Table(client("dynamodb"), settings.table_name, settings.outbox_name)

    def translated(received: Event) -> None:
        measures.report(received, store.translate(table, received, datetime.now(UTC)))

    @batch_consumer(Queues(settings.queues, client), traced(partner.received))
    def handler(events: dict[str, Event]) -> Errors:
        return consume_each(events, translated)

    return handler


handler = function(make, Settings)
