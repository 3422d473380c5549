"""`POST /orders`: takes an order. A repeat with the same Idempotency-Key gets the first answer."""

import hashlib
import uuid
from datetime import UTC, datetime

import msgspec

from contracts.language.envelope import MAX_DETAIL_BYTES
from contracts.orders import TEST_CUSTOMER, PlaceOrder
from eventing import http
from eventing.aws import Client
from eventing.events import Event, detail_json, new_event
from eventing.function import Handler, function
from eventing.observability import logger, metrics
from eventing.unit_of_work import Table
from orders import order, store


class Settings(msgspec.Struct):
    table_name: str
    outbox_name: str


def make(settings: Settings, client: Client) -> Handler:
    """202 with the order's id and status; 400 or 413 with the field; 422 for a key used before."""
    table = Table(client("dynamodb"), settings.table_name, settings.outbox_name)

    @http.api
    def handler(request: http.Request) -> http.Response:
        command = http.body_of(request, PlaceOrder)
        key = http.idempotency_key(request)
        request_id = request["requestContext"]["requestId"]
        placed = order.place(command, str(uuid.uuid4()), request_id, datetime.now(UTC))
        event = _announced(placed)
        asked = _first_request(key, command, placed) if key else None
        first = store.place(table, placed, event, asked)
        if first and asked and first.digest != asked.digest:
            raise http.Rejected(422, http.IDEMPOTENCY_KEY, key, "a key not used for another order")
        order_id = first.order_id if first else placed.placed.order_id
        logger.info("order placed", order_id=order_id, location=command.location)
        if first is asked and command.customer_id != TEST_CUSTOMER:
            metrics.add_metric(name="OrdersPlaced", unit="Count", value=1)
        return http.response(202, {"orderId": order_id, "status": "PLACED"})

    return handler


def _announced(placed: order.Order) -> Event:
    """The event of a new order. Rejected with 413 if no event can carry it."""
    event = new_event(
        placed.placed,
        subject=placed.placed.order_id,
        correlation_id=placed.correlation_id,
        causation_id=placed.correlation_id,
        at=placed.placed_at,
    )
    size = len(detail_json(event).encode())
    if size > MAX_DETAIL_BYTES:
        raise http.Rejected(413, "body", f"{size} bytes as an event", f"<= {MAX_DETAIL_BYTES}")
    return event


def _first_request(key: str, command: PlaceOrder, placed: order.Order) -> store.FirstRequest:
    """The key is the customer's own: two customers may choose the same."""
    digest = hashlib.sha256(msgspec.json.encode(command)).hexdigest()
    named = f"{command.customer_id}#{key}"
    return store.first_request(named, digest, placed.placed.order_id, placed.placed_at)


handler = function(make, Settings)
