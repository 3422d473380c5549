"""`GET /orders/{id}`: an order as its customer sees it."""

import msgspec

from eventing import http
from eventing.aws import Client
from eventing.function import Handler, function
from eventing.unit_of_work import Table
from orders import store


class Settings(msgspec.Struct):
    table_name: str


def make(settings: Settings, client: Client) -> Handler:
    """200 with the order, its invoice, credit note and shipment; 404 if there is none."""
    table = Table(client("dynamodb"), settings.table_name)

    @http.api
    def handler(request: http.Request) -> http.Response:
        order_id = request["pathParameters"]["id"]
        try:
            found = store.get(table, order_id)
        except store.OrderNotFound as error:
            raise http.Rejected(404, "id", order_id, "the id of an order") from error
        shown = msgspec.to_builtins(found.placed) | {
            "status": found.status,
            "placedAt": found.placed_at,
            "invoiceNumber": found.invoice_number,
            "creditNoteNumber": found.credit_note_number,
            "invoiceOnHold": found.invoice_on_hold,
            "shipmentId": found.shipment_id,
            "cancelledTooLate": found.is_cancelled_too_late,
        }
        return http.response(200, shown)

    return handler


handler = function(make, Settings)
