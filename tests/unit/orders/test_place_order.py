"""`POST /orders`: an order and its event, once."""

import json

import pytest

from eventing.dynamodb import ATTEMPTS
from eventing.transactions import ConditionFailed
from eventing.unit_of_work import STARTS
from tests.unit.calls import Calls, throttled, transaction_cancelled
from tests.unit.messages import answered, request
from tests.unit.orders.published import PLACE_ORDER
from tests.unit.world import World

BODY = json.dumps(PLACE_ORDER)


def test_an_order_is_stored_with_its_event(world: World) -> None:
    status, answer = world.ask("place_order", BODY)
    assert (status, answer["status"]) == (202, "PLACED")
    (event,) = world.outbox("OrderPlaced")
    assert event["data"] == PLACE_ORDER | {
        "orderId": answer["orderId"],
        "total": 15_990,
        "currency": "EUR",
    }
    assert world.by_id("ORDER")[answer["orderId"]]["placed"] == event["data"]


def test_the_event_names_the_order_and_the_request_that_led_to_it(world: World) -> None:
    asked = request(BODY, request_id="request-9")
    _, answer = answered(world.call("place_order", asked))
    (event,) = world.outbox()
    metadata = event["metadata"]
    assert metadata["subject"] == answer["orderId"]
    assert metadata["correlationId"] == metadata["causationId"] == "request-9"
    assert metadata["version"] == "2.0"


@pytest.mark.parametrize(
    ("key", "made"),
    [(None, ["TransactWriteItems"]), ("key", ["GetItem", "TransactWriteItems"])],
)
def test_order_event_and_key_are_written_in_one_transaction(
    world: World, calls: Calls, key: str | None, made: list[str]
) -> None:
    world.call("place_order", request(BODY, key=key))
    assert [operation for operation, _ in calls.made] == made


def test_an_order_in_dollars_is_placed_from_the_us(world: World) -> None:
    world.call("place_order", request(json.dumps(PLACE_ORDER | {"location": "us-east"})))
    (event,) = world.outbox()
    assert event["data"]["currency"] == "USD"


def test_a_base64_body_is_read(world: World) -> None:
    status, _ = world.ask("place_order", BODY, encoded=True)
    assert status == 202
    assert len(world.by_id("ORDER")) == 1


def test_unknown_fields_of_a_body_are_ignored(world: World) -> None:
    body = json.dumps(PLACE_ORDER | {"note": "ring twice", "total": 1})
    assert world.ask("place_order", body)[0] == 202
    (event,) = world.outbox()
    assert event["data"]["total"] == 15_990
    assert "note" not in event["data"]


def test_the_same_request_without_a_key_places_two_orders(world: World) -> None:
    for _ in range(2):
        world.call("place_order", request(BODY))
    assert len(world.by_id("ORDER")) == 2


def test_a_transaction_that_met_another_is_tried_again(
    world: World, calls: Calls, pauses: list[float]
) -> None:
    conflict = transaction_cancelled("TransactionConflict", "None")
    calls.refuse("TransactWriteItems", conflict, times=2)
    assert world.ask("place_order", BODY)[0] == 202
    assert len(world.by_id("ORDER")) == 1
    assert len(pauses) == 2


def test_an_order_that_keeps_meeting_others_is_not_half_stored(world: World, calls: Calls) -> None:
    conflict = transaction_cancelled("TransactionConflict", "None")
    calls.refuse("TransactWriteItems", conflict, times=STARTS * ATTEMPTS)
    with pytest.raises(ConditionFailed, match="kept coming first"):
        world.call("place_order", request(BODY))
    assert world.items("") == []


def test_a_throttled_transaction_is_tried_again(world: World, calls: Calls) -> None:
    calls.refuse("TransactWriteItems", transaction_cancelled("ThrottlingError", "None"), times=2)
    assert world.ask("place_order", BODY)[0] == 202
    assert len(world.by_id("ORDER")) == 1


@pytest.mark.parametrize(
    ("error", "times"),
    [
        (throttled("TransactWriteItems"), 1),
        (transaction_cancelled("ThrottlingError", "None"), ATTEMPTS),
        (transaction_cancelled("ValidationError", "None"), 1),
    ],
)
def test_an_error_of_dynamodb_is_not_taken_for_success(
    world: World, calls: Calls, error: Exception, times: int
) -> None:
    calls.refuse("TransactWriteItems", error, times=times)
    with pytest.raises(type(error)):
        world.call("place_order", request(BODY))
    assert world.items("") == []
