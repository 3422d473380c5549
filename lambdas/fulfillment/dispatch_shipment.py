"""Dispatches the shipments whose time has come, and publishes that it did."""

from datetime import UTC, datetime

import msgspec

from eventing.aws import Client
from eventing.batch import Errors, consume_together
from eventing.consumer import batch_consumer
from eventing.function import Handler, function
from eventing.observability import logger
from eventing.queues import Queues
from eventing.unit_of_work import Table
from fulfillment import measures, store
from fulfillment.shipment import Due, decode


class Settings(msgspec.Struct):
    table_name: str
    outbox_name: str
    queues: str


def make(settings: Settings, client: Client) -> Handler:
    """Dispatches what each message of the delay queue `due-shipments` names, if it still is due."""
    table = Table(client("dynamodb"), settings.table_name, settings.outbox_name)

    @batch_consumer(Queues(settings.queues, client), lambda record: decode(record["body"]))
    def handler(due: dict[str, Due]) -> Errors:
        return consume_together(due, dispatched)

    def dispatched(due: list[Due]) -> None:
        shipments = store.dispatch(table, (one.order_id for one in due), datetime.now(UTC))
        for order_id, shipment in shipments.items():
            if shipment:
                measures.report(shipment)
            else:
                logger.info("not dispatched: not due any more", order_id=order_id)

    return handler


handler = function(make, Settings)
