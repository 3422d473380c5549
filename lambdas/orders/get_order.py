"""`GET /orders/{id}`: an order as its customer sees it."""

import msgspec

from eventing import environment, http
from orders import store


class Environment(msgspec.Struct):
    table_name: str


ENV = environment.read(Environment)


@http.api
def handler(request: http.Request) -> http.Response:
    """200 with the order and the numbers of its invoice and credit note; 404 if there is none."""
    order_id = request["pathParameters"]["id"]
    try:
        found = store.get(ENV.table_name, order_id)
    except store.OrderNotFound as error:
        raise http.Rejected(404, "id", order_id, "the id of an order") from error
    shown = msgspec.to_builtins(found.placed) | {
        "status": found.status,
        "placedAt": found.placed_at,
        "invoiceNumber": found.invoice_number,
        "creditNoteNumber": found.credit_note_number,
    }
    return http.response(200, shown)
