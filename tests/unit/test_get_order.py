"""`GET /orders/{id}`: an order as its customer sees it."""

import json

import pytest

from tests.unit.calls import Calls, throttled
from tests.unit.handlers import get_order, place_order, track_order
from tests.unit.messages import (
    CONTEXT,
    PLACE_ORDER,
    answered,
    batch,
    invoice_issued,
    invoice_voided,
    request,
)
from tests.unit.world import World


@pytest.fixture
def order_id(aws: World) -> str:  # noqa: ARG001
    _, answer = answered(place_order.handler(request(json.dumps(PLACE_ORDER)), CONTEXT))
    return str(answer["orderId"])


def test_an_order_is_shown_as_it_was_placed(order_id: str) -> None:
    status, shown = answered(get_order.handler(request(id=order_id), CONTEXT))
    placed_at = shown.pop("placedAt")
    assert status == 200
    assert placed_at.endswith("Z")
    assert shown == PLACE_ORDER | {
        "orderId": order_id,
        "total": 15_990,
        "currency": "EUR",
        "status": "PLACED",
        "invoiceNumber": None,
        "creditNoteNumber": None,
    }


def test_an_order_shows_the_numbers_of_its_invoice_and_credit_note(order_id: str) -> None:
    followed = batch(invoice_issued(order_id), invoice_voided(order_id))
    track_order.handler(followed, CONTEXT)
    _, shown = answered(get_order.handler(request(id=order_id), CONTEXT))
    assert shown["status"] == "CANCELLED"
    assert shown["invoiceNumber"] == "IE-000001"
    assert shown["creditNoteNumber"] == "IE-CN-000001"


@pytest.mark.parametrize("unknown", ["order-0", "a b/ü", "x" * 5_000, "ü" * 1_500])
def test_an_order_that_is_not_there_is_not_found(aws: World, unknown: str) -> None:  # noqa: ARG001
    status, answer = answered(get_order.handler(request(id=unknown), CONTEXT))
    assert status == 404
    assert answer["error"] == {"field": "id", "value": unknown, "expected": "the id of an order"}


def test_what_else_the_table_holds_is_no_order(aws: World, order_id: str) -> None:  # noqa: ARG001
    (event,) = aws.items("EVENT#")
    assert answered(get_order.handler(request(id=event["pk"]), CONTEXT))[0] == 404


def test_an_error_of_dynamodb_is_not_taken_for_no_order(order_id: str, calls: Calls) -> None:
    calls.refuse("GetItem", throttled("GetItem"))
    with pytest.raises(type(throttled("GetItem"))):
        get_order.handler(request(id=order_id), CONTEXT)
