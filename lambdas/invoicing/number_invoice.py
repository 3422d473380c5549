"""Numbers invoices and credit notes: a batch of one jurisdiction in one transaction.

A message that is no request is set aside at once. The others of its group go on: numbers must have
no gaps, but need not follow the order of the queue, which is there so that one writer counts at a
time. Where a batch fails, its requests are tried one by one.
"""

from datetime import UTC, datetime

import msgspec

from eventing.aws import Client
from eventing.consumer import Errors, batch_consumer
from eventing.function import Handler, function
from eventing.observability import logger
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
            failed = _number(table, group)
            # Together first, then each alone: one that fails does not hold up the others.
            if failed and len(group) > 1:
                failed = {}
                for message_id, request in group.items():
                    failed |= _number(table, {message_id: request})
            errors |= failed
        return errors

    return handler


def _number(table: Table, requests: Requests) -> Errors:
    """Answers requests of one jurisdiction in one transaction, or none of them."""
    try:
        measures.report(store.number(table, list(requests.values()), datetime.now(UTC)))
    except Exception as error:
        logger.exception("not numbered", requests=len(requests))
        return dict.fromkeys(requests, error)
    return {}


handler = function(make, Settings)
