"""`POST /orders`: an order and its event, once."""

import json

import pytest

from tests.unit.calls import Calls, throttled, transaction_cancelled
from tests.unit.handlers import place_order
from tests.unit.messages import CONTEXT, PLACE_ORDER, answered, request
from tests.unit.world import World

BODY = json.dumps(PLACE_ORDER)


def test_an_order_is_stored_with_its_event(aws: World) -> None:
    status, answer = answered(place_order.handler(request(BODY), CONTEXT))
    assert (status, answer["status"]) == (202, "PLACED")
    (event,) = aws.outbox("OrderPlaced")
    assert event["data"] == PLACE_ORDER | {
        "orderId": answer["orderId"],
        "total": 15_990,
        "currency": "EUR",
    }
    assert aws.orders()[answer["orderId"]]["placed"] == event["data"]


def test_the_event_names_the_order_and_the_request_that_led_to_it(aws: World) -> None:
    asked = request(BODY, request_id="request-9")
    _, answer = answered(place_order.handler(asked, CONTEXT))
    (event,) = aws.outbox()
    metadata = event["metadata"]
    assert metadata["subject"] == answer["orderId"]
    assert metadata["correlationId"] == metadata["causationId"] == "request-9"
    assert metadata["version"] == "2.0"


def test_order_and_event_are_written_in_one_transaction(aws: World, calls: Calls) -> None:  # noqa: ARG001
    place_order.handler(request(BODY, key="key"), CONTEXT)
    assert [operation for operation, _ in calls.made] == ["TransactWriteItems"]


def test_an_order_in_dollars_is_placed_from_the_us(aws: World) -> None:
    place_order.handler(request(json.dumps(PLACE_ORDER | {"location": "us-east"})), CONTEXT)
    (event,) = aws.outbox()
    assert event["data"]["currency"] == "USD"


def test_a_base64_body_is_read(aws: World) -> None:
    status, _ = answered(place_order.handler(request(BODY, encoded=True), CONTEXT))
    assert status == 202
    assert len(aws.orders()) == 1


def test_unknown_fields_of_a_body_are_ignored(aws: World) -> None:
    body = json.dumps(PLACE_ORDER | {"note": "ring twice", "total": 1})
    assert answered(place_order.handler(request(body), CONTEXT))[0] == 202
    (event,) = aws.outbox()
    assert event["data"]["total"] == 15_990
    assert "note" not in event["data"]


def test_the_same_request_without_a_key_places_two_orders(aws: World) -> None:
    for _ in range(2):
        place_order.handler(request(BODY), CONTEXT)
    assert len(aws.orders()) == 2


def test_a_transaction_that_met_another_is_tried_again(
    aws: World, calls: Calls, pauses: list[float]
) -> None:
    conflict = transaction_cancelled("TransactionConflict", "None")
    calls.refuse("TransactWriteItems", conflict, times=2)
    assert answered(place_order.handler(request(BODY), CONTEXT))[0] == 202
    assert len(aws.orders()) == 1
    assert len(pauses) == 2


def test_an_order_that_keeps_meeting_others_is_not_half_stored(aws: World, calls: Calls) -> None:
    conflict = transaction_cancelled("TransactionConflict", "None")
    calls.refuse("TransactWriteItems", conflict, times=5)
    with pytest.raises(place_order.store.dynamodb.ConditionFailed, match="kept coming first"):
        place_order.handler(request(BODY), CONTEXT)
    assert aws.items("") == []


def test_a_throttled_transaction_is_tried_again(aws: World, calls: Calls) -> None:
    calls.refuse("TransactWriteItems", transaction_cancelled("ThrottlingError", "None"), times=2)
    assert answered(place_order.handler(request(BODY), CONTEXT))[0] == 202
    assert len(aws.orders()) == 1


@pytest.mark.parametrize(
    ("error", "times"),
    [
        (throttled("TransactWriteItems"), 1),
        (transaction_cancelled("ThrottlingError", "None"), 5),
        (transaction_cancelled("ValidationError", "None"), 1),
    ],
)
def test_an_error_of_dynamodb_is_not_taken_for_success(
    aws: World, calls: Calls, error: Exception, times: int
) -> None:
    calls.refuse("TransactWriteItems", error, times=times)
    with pytest.raises(type(error)):
        place_order.handler(request(BODY), CONTEXT)
    assert aws.items("") == []
