"""`dispatch_shipment`: what is due goes, once, and its event with it."""

import pytest

from tests.unit.calls import Calls, throttled
from tests.unit.conftest import Lines
from tests.unit.fulfillment.scenarios import due
from tests.unit.messages import batch
from tests.unit.orders.published import order_cancelled, order_placed
from tests.unit.world import World


def dispatch(world: World, *order_ids: str) -> list[str]:
    return world.consume("dispatch_shipment", *due(*order_ids))


@pytest.fixture(autouse=True)
def _planned(world: World) -> None:
    """The shipment of order-1, planned."""
    world.consume("plan_shipment", order_placed())


def test_a_dispatch_and_its_event_are_stored_together(world: World, calls: Calls) -> None:
    calls.forget()
    assert dispatch(world, "order-1") == []
    shipment = world.by_id("SHIPMENT")["order-1"]
    (event,) = world.outbox("OrderShipped")
    assert event["data"] == {"orderId": "order-1", "shipmentId": shipment["plan"]["shipmentId"]}
    assert event["metadata"]["subject"] == "order-1"
    assert event["metadata"]["correlationId"] == "request-of-order-1"
    assert event["metadata"]["causationId"] == "OrderPlaced-order-1"
    assert event["metadata"]["occurredAt"].replace("Z", "+00:00") == shipment[
        "dispatchedAt"
    ].replace("Z", "+00:00")
    (made,) = calls.of("TransactWriteItems")
    assert len(made["TransactItems"]) == 2


def test_its_line_of_log_names_the_event_that_led_to_it(world: World, lines: Lines) -> None:
    assert dispatch(world, "order-1") == []
    (line,) = lines()
    assert (line["message"], line["event_id"]) == ("OrderShipped", "OrderPlaced-order-1")


def test_a_batch_is_one_read_and_one_transaction(world: World, calls: Calls) -> None:
    world.consume("plan_shipment", order_placed("order-2"), order_cancelled("order-3"))
    world.consume("plan_shipment", order_placed("order-3"))
    calls.forget()
    assert dispatch(world, "order-1", "order-2", "order-3") == []
    assert [operation for operation, _ in calls.made] == ["BatchGetItem", "TransactWriteItems"]
    assert {event["metadata"]["subject"] for event in world.outbox("OrderShipped")} == {
        "order-1",
        "order-2",
    }


def test_a_batch_that_fails_is_dispatched_one_by_one(world: World, calls: Calls) -> None:
    world.consume("plan_shipment", order_placed("order-2"))
    calls.refuse("TransactWriteItems", throttled("TransactWriteItems"), times=2)
    assert dispatch(world, "order-1", "order-2") == ["message-0"]
    assert dispatch(world, "order-1", "order-2") == []
    assert len(world.outbox("OrderShipped")) == 2


def test_the_same_message_twice_dispatches_once(world: World) -> None:
    assert dispatch(world, "order-1", "order-1") == []
    assert dispatch(world, "order-1") == []
    assert len(world.outbox("OrderShipped")) == 1


def test_a_shipment_that_was_cancelled_meanwhile_stays(world: World) -> None:
    world.consume("plan_shipment", order_cancelled())
    assert dispatch(world, "order-1") == []
    assert "dispatchedAt" not in world.by_id("SHIPMENT")["order-1"]
    assert world.outbox() == []


def test_a_cancellation_that_comes_in_between_wins(world: World, calls: Calls) -> None:
    cancelled = batch(order_cancelled())
    calls.overtake("TransactWriteItems", lambda: world.call("plan_shipment", cancelled))
    assert dispatch(world, "order-1") == []
    assert "dispatchedAt" not in world.by_id("SHIPMENT")["order-1"]
    assert world.outbox() == []


def test_two_dispatches_at_once_tell_of_one(world: World, calls: Calls) -> None:
    other = batch(*due("order-1"))
    calls.overtake("TransactWriteItems", lambda: world.call("dispatch_shipment", other))
    assert dispatch(world, "order-1") == []
    assert len(world.outbox("OrderShipped")) == 1


def test_a_message_of_a_shipment_that_is_not_there_comes_again_and_others_go_on(
    world: World,
) -> None:
    world.consume("plan_shipment", order_cancelled("order-3"))
    assert dispatch(world, "order-2", "order-1", "order-3") == ["message-0", "message-2"]
    assert len(world.outbox("OrderShipped")) == 1
    assert world.dead_letters("dispatch_shipment") == []


def test_a_dispatch_that_aws_failed_is_done_the_next_time(world: World, calls: Calls) -> None:
    calls.refuse("TransactWriteItems", throttled("TransactWriteItems"))
    assert dispatch(world, "order-1") == ["message-0"]
    assert world.outbox() == []
    assert dispatch(world, "order-1") == []
    assert len(world.outbox("OrderShipped")) == 1


@pytest.mark.parametrize("bad", ['{"order": "order-1"}', '{"orderId": ""}', '{"orderId": 1}'])
def test_a_message_that_names_no_order_is_set_aside(world: World, bad: str) -> None:
    assert world.consume("dispatch_shipment", bad, *due("order-1")) == []
    (dead,) = world.dead_letters("dispatch_shipment")
    assert (dead.body, dead.error_type) == (bad, "UnreadableMessage")
    assert len(world.outbox("OrderShipped")) == 1
