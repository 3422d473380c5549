"""`GET /orders/{id}`: an order as its customer sees it."""

import pytest

from tests.unit.calls import Calls, throttled
from tests.unit.fulfillment.published import order_shipped
from tests.unit.invoicing.published import invoice_issued, invoice_voided
from tests.unit.messages import batch, request
from tests.unit.orders.published import PLACE_ORDER
from tests.unit.world import World


def test_an_order_is_shown_as_it_was_placed(world: World, order_id: str) -> None:
    status, shown = world.ask("get_order", id=order_id)
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
        "invoiceOnHold": False,
        "shipmentId": None,
        "cancelledTooLate": False,
    }


def test_an_order_shows_the_numbers_of_its_invoice_and_credit_note(
    world: World, order_id: str
) -> None:
    followed = batch(invoice_issued(order_id), invoice_voided(order_id))
    world.call("track_order", followed)
    _, shown = world.ask("get_order", id=order_id)
    assert shown["status"] == "CANCELLED"
    assert shown["invoiceNumber"] == "IE-000001"
    assert shown["creditNoteNumber"] == "IE-CN-000001"


def test_an_order_shows_its_shipment_and_that_its_cancellation_came_too_late(
    world: World, order_id: str
) -> None:
    world.call("cancel_order", request(id=order_id))
    _, cancelled = world.ask("get_order", id=order_id)
    world.call("track_order", batch(order_shipped(order_id)))
    _, shown = world.ask("get_order", id=order_id)
    assert cancelled["cancelledTooLate"] is False
    assert shown == cancelled | {"shipmentId": "shipment-1", "cancelledTooLate": True}


@pytest.mark.parametrize("unknown", ["order-0", "a b/ü", "x" * 5_000, "ü" * 1_500])
def test_an_order_that_is_not_there_is_not_found(world: World, unknown: str) -> None:
    status, answer = world.ask("get_order", id=unknown)
    assert status == 404
    assert answer["error"] == {"field": "id", "value": unknown, "expected": "the id of an order"}


def test_what_else_the_table_holds_is_no_order(world: World) -> None:
    world.ask("place_order", PLACE_ORDER, key="key-1")
    (remembered,) = world.items("REQUEST#")
    for id in (remembered["pk"], remembered["pk"].removeprefix("REQUEST#")):
        assert world.ask("get_order", id=id)[0] == 404


def test_an_error_of_dynamodb_is_not_taken_for_no_order(
    world: World, order_id: str, calls: Calls
) -> None:
    calls.refuse("GetItem", throttled("GetItem"))
    with pytest.raises(type(throttled("GetItem"))):
        world.call("get_order", request(id=order_id))
