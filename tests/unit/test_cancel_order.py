"""`POST /orders/{id}/cancel`: the order is cancelled, and says so once."""

import json

import pytest

from tests.unit.calls import Calls, throttled
from tests.unit.handlers import cancel_order, place_order, track_order
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


def cancel(order_id: str) -> tuple[int, dict[str, object]]:
    return answered(cancel_order.handler(request(id=order_id, request_id="request-2"), CONTEXT))


def test_an_order_is_cancelled_with_its_event(aws: World, order_id: str) -> None:
    assert cancel(order_id) == (202, {"orderId": order_id, "status": "CANCELLED"})
    assert aws.orders()[order_id]["status"] == "CANCELLED"
    (event,) = aws.outbox("OrderCancelled")
    assert event["data"] == {"orderId": order_id, "location": "eu-west"}
    assert event["metadata"]["correlationId"] == "request-1"
    assert event["metadata"]["causationId"] == "request-2"


def test_a_repeat_answers_the_same_and_announces_nothing(aws: World, order_id: str) -> None:
    assert cancel(order_id) == cancel(order_id)
    assert len(aws.outbox("OrderCancelled")) == 1


def test_two_cancellations_at_once_announce_one(aws: World, calls: Calls, order_id: str) -> None:
    calls.overtake("TransactWriteItems", lambda: cancel(order_id))
    assert cancel(order_id)[0] == 202
    assert len(aws.outbox("OrderCancelled")) == 1


def test_an_invoice_that_comes_in_between_is_not_lost(
    aws: World, calls: Calls, order_id: str
) -> None:
    issued = batch(invoice_issued(order_id))
    calls.overtake("TransactWriteItems", lambda: track_order.handler(issued, CONTEXT))
    cancel(order_id)
    order = aws.orders()[order_id]
    assert (order["status"], order["invoiceNumber"]) == ("CANCELLED", "IE-000001")


def test_an_invoiced_order_is_cancelled(aws: World, order_id: str) -> None:
    track_order.handler(batch(invoice_issued(order_id)), CONTEXT)
    assert cancel(order_id)[0] == 202
    assert len(aws.outbox("OrderCancelled")) == 1


def test_an_order_that_invoicing_voided_is_cancelled_already(aws: World, order_id: str) -> None:
    track_order.handler(batch(invoice_voided(order_id)), CONTEXT)
    assert cancel(order_id)[0] == 202
    assert aws.outbox("OrderCancelled") == []


def test_an_order_that_keeps_changing_is_left_as_it_is(
    aws: World, calls: Calls, order_id: str
) -> None:
    def touch() -> None:
        revision = aws.orders()[order_id]["revision"]
        cancel_order.store.dynamo.update_item(
            TableName="table",
            Key={"pk": {"S": f"ORDER#{order_id}"}},
            UpdateExpression="SET revision = :next",
            ExpressionAttributeValues={":next": {"N": str(revision + 1)}},
        )

    calls.overtake("TransactWriteItems", touch, times=5)
    with pytest.raises(cancel_order.store.dynamodb.ConditionFailed):
        cancel(order_id)
    assert aws.orders()[order_id]["status"] == "PLACED"
    assert aws.outbox("OrderCancelled") == []


@pytest.mark.parametrize("unknown", ["order-0", "x" * 5_000])
def test_an_order_that_is_not_there_is_not_found(aws: World, unknown: str) -> None:
    status, answer = cancel(unknown)
    assert status == 404
    assert answer["error"] == {"field": "id", "value": unknown, "expected": "the id of an order"}
    assert aws.items("") == []


def test_an_error_of_dynamodb_is_not_taken_for_success(
    aws: World, calls: Calls, order_id: str
) -> None:
    calls.refuse("TransactWriteItems", throttled("TransactWriteItems"))
    with pytest.raises(type(throttled("TransactWriteItems"))):
        cancel(order_id)
    assert aws.orders()[order_id]["status"] == "PLACED"
