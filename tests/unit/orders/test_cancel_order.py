"""`POST /orders/{id}/cancel`: the order is cancelled, and says so once."""

import pytest

from eventing.transactions import ConditionFailed
from tests.unit.calls import Calls, throttled
from tests.unit.clients import client
from tests.unit.fulfillment.published import order_shipped
from tests.unit.invoicing.published import invoice_issued, invoice_voided
from tests.unit.messages import batch
from tests.unit.world import World


def cancel(world: World, order_id: str) -> tuple[int, dict[str, object]]:
    return world.ask("cancel_order", id=order_id, request_id="request-2")


def test_an_order_is_cancelled_with_its_event(world: World, order_id: str) -> None:
    assert cancel(world, order_id) == (202, {"orderId": order_id, "status": "CANCELLED"})
    assert world.by_id("ORDER")[order_id]["status"] == "CANCELLED"
    (event,) = world.outbox("OrderCancelled")
    assert event["data"] == {"orderId": order_id, "location": "eu-west"}
    assert event["metadata"]["correlationId"] == "request-1"
    assert event["metadata"]["causationId"] == "request-2"


def test_a_repeat_answers_the_same_and_announces_nothing(world: World, order_id: str) -> None:
    assert cancel(world, order_id) == cancel(world, order_id)
    assert len(world.outbox("OrderCancelled")) == 1


def test_two_cancellations_at_once_announce_one(world: World, calls: Calls, order_id: str) -> None:
    calls.overtake("TransactWriteItems", lambda: cancel(world, order_id))
    assert cancel(world, order_id)[0] == 202
    assert len(world.outbox("OrderCancelled")) == 1


def test_an_invoice_that_comes_in_between_is_not_lost(
    world: World, calls: Calls, order_id: str
) -> None:
    issued = batch(invoice_issued(order_id))
    calls.overtake("TransactWriteItems", lambda: world.call("track_order", issued))
    cancel(world, order_id)
    order = world.by_id("ORDER")[order_id]
    assert (order["status"], order["invoiceNumber"]) == ("CANCELLED", "IE-000001")


def test_an_invoiced_order_is_cancelled(world: World, order_id: str) -> None:
    world.call("track_order", batch(invoice_issued(order_id)))
    assert cancel(world, order_id)[0] == 202
    assert len(world.outbox("OrderCancelled")) == 1


def test_an_order_that_invoicing_voided_is_cancelled_already(world: World, order_id: str) -> None:
    world.call("track_order", batch(invoice_voided(order_id)))
    assert cancel(world, order_id)[0] == 202
    assert world.outbox("OrderCancelled") == []


def test_an_order_that_is_shipped_is_not_cancelled(world: World, order_id: str) -> None:
    world.call("track_order", batch(order_shipped(order_id)))
    status, answer = cancel(world, order_id)
    expected = {"field": "id", "value": order_id, "expected": "an order that is not shipped yet"}
    assert (status, answer["error"]) == (409, expected)
    assert world.by_id("ORDER")[order_id]["status"] == "SHIPPED"
    assert world.outbox("OrderCancelled") == []


def test_an_order_that_was_cancelled_before_it_was_shipped_answers_a_repeat_the_same(
    world: World, order_id: str
) -> None:
    first = cancel(world, order_id)
    world.call("track_order", batch(order_shipped(order_id)))
    assert cancel(world, order_id) == first
    assert len(world.outbox("OrderCancelled")) == 1


def test_a_shipment_that_comes_in_between_wins(world: World, calls: Calls, order_id: str) -> None:
    shipped = batch(order_shipped(order_id))
    calls.overtake("TransactWriteItems", lambda: world.call("track_order", shipped))
    assert cancel(world, order_id)[0] == 409
    assert world.outbox("OrderCancelled") == []


def test_an_order_that_keeps_changing_is_left_as_it_is(
    world: World, calls: Calls, order_id: str
) -> None:
    def touch() -> None:
        revision = world.by_id("ORDER")[order_id]["revision"]
        client("dynamodb").update_item(
            TableName=world.table.name,
            Key={"pk": {"S": f"ORDER#{order_id}"}},
            UpdateExpression="SET revision = :next",
            ExpressionAttributeValues={":next": {"N": str(revision + 1)}},
        )

    calls.overtake("TransactWriteItems", touch, times=5)
    with pytest.raises(ConditionFailed):
        cancel(world, order_id)
    assert world.by_id("ORDER")[order_id]["status"] == "PLACED"
    assert world.outbox("OrderCancelled") == []


@pytest.mark.parametrize("unknown", ["order-0", "x" * 5_000])
def test_an_order_that_is_not_there_is_not_found(world: World, unknown: str) -> None:
    status, answer = cancel(world, unknown)
    assert status == 404
    assert answer["error"] == {"field": "id", "value": unknown, "expected": "the id of an order"}
    assert world.items("") == []


def test_an_error_of_dynamodb_is_not_taken_for_success(
    world: World, calls: Calls, order_id: str
) -> None:
    calls.refuse("TransactWriteItems", throttled("TransactWriteItems"))
    with pytest.raises(type(throttled("TransactWriteItems"))):
        cancel(world, order_id)
    assert world.by_id("ORDER")[order_id]["status"] == "PLACED"
