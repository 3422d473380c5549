"""Numbers invoices and credit notes: a batch of one jurisdiction in one transaction.

A message that is no request is set aside at once. The others of its group go on: numbers must have
no gaps, but need not follow the order of the queue, which is there so that one writer counts at a
time. Where a batch fails, its requests are tried one by one.
"""

from datetime import UTC, datetime
from functools import partial

import msgspec

from eventing.aws import Client
from eventing.batch import Errors, consume_together
from eventing.consumer import batch_consumer
from eventing.function import Handler, function
from eventing.queues import Queues
from eventing.unit_of_work import Table
from invoicing import invoice, measures, store


class Settings(msgspec.Struct):
    table_name: str
    outbox_name: str
    queues: str


Request = invoice.Draft | invoice.Cancellation
Requests = dict[str, Request]
"""Requests by the id of their message."""


def make(settings: Settings, client: Client) -> Handler:
    """Numbers a batch of `invoice-numbering.fifo`."""
    table = Table(client("dynamodb"), settings.table_name, settings.outbox_name)

    @batch_consumer(Queues(settings.queues, client), lambda record: invoice.decode(record["body"]))
    def handler(requests: Requests) -> Errors:
        groups: dict[str, Requests] = {}
        for message_id, request in requests.items():
            groups.setdefault(request.jurisdiction, {})[message_id] = request
        errors: Errors = {}
        for group in groups.values():
            errors |= consume_together(group, partial(_number, table))
        return errors

    return handler


def _number(table: Table, requests: list[Request]) -> None:
    """Answers requests of one jurisdiction in one transaction, or none of them."""
    measures.report(store.number(table, requests, datetime.now(UTC)))


handler = function(make, Settings)
