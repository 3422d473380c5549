"""`POST /orders/{id}/cancel`: cancels an order. A repeat changes nothing and answers the same."""

from datetime import UTC, datetime

import msgspec

from eventing import http
from eventing.aws import Client
from eventing.events import new_event
from eventing.function import Handler, function
from eventing.observability import logger
from eventing.unit_of_work import Table
from orders import order, store


class Settings(msgspec.Struct):
    table_name: str
    outbox_name: str


def make(settings: Settings, client: Client) -> Handler:
    """202 with the order's id and status; 404 if there is no such order; 409 if it is shipped."""
    table = Table(client("dynamodb"), settings.table_name, settings.outbox_name)

    @http.api
    def handler(request: http.Request) -> http.Response:
        order_id = request["pathParameters"]["id"]
        request_id = request["requestContext"]["requestId"]

        def cancelled(current: order.Order) -> store.Change | None:
            changed = order.cancel(current)
            if changed is None:
                return None
            after, data = changed
            event = new_event(
                data,
                subject=order_id,
                correlation_id=current.correlation_id,
                causation_id=request_id,
                at=datetime.now(UTC),
            )
            return after, event

        try:
            after = store.update(table, order_id, cancelled)
        except store.OrderNotFound as error:
            raise http.Rejected(404, "id", order_id, "the id of an order") from error
        except order.TooLate as error:
            raise http.Rejected(409, "id", order_id, "an order that is not shipped yet") from error
        logger.info("order cancelled", order_id=order_id)
        return http.response(202, {"orderId": order_id, "status": after.status})

    return handler


handler = function(make, Settings)
