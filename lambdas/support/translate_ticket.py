"""Translates the partner's events into support's own: nothing of the partner's goes further."""

from datetime import UTC, datetime

import msgspec

from eventing.aws import Client
from eventing.consumer import message_consumer, traced
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

    @message_consumer(Queues(settings.queues, client), traced(partner.received))
    def handler(event: Event) -> None:
        measures.report(event, store.translate(table, event, datetime.now(UTC)))

    return handler


handler = function(make, Settings)
