"""`plan_shipment`: each order has one shipment, whose dispatch is asked for while it is due."""

import pytest

from tests.unit.calls import Calls, Died, throttled
from tests.unit.fulfillment.scenarios import due
from tests.unit.golden import golden
from tests.unit.messages import batch, event
from tests.unit.orders.published import order_cancelled, order_placed
from tests.unit.world import World


def asked(world: World) -> list[str]:
    """The messages in the delay queue."""
    return world.messages("due-shipments")


def test_a_shipment_holds_what_its_dispatch_needs_of_the_order(world: World) -> None:
    assert world.consume("plan_shipment", order_placed(location="us-east")) == []
    plan = world.by_id("SHIPMENT")["order-1"]["plan"]
    assert plan["customerId"] == "customer-7"
    assert plan["location"] == "us-east"
    assert plan["items"] == [{"sku": "keyboard", "quantity": 2}]
    assert plan["correlationId"] == "request-of-order-1"
    assert plan["causationId"] == "OrderPlaced-order-1"
    assert asked(world) == due("order-1")


def test_an_order_of_version_1_is_planned_as_well(world: World) -> None:
    old = golden("OrderPlaced").replace('"2.0"', '"1.0"')
    assert world.consume("plan_shipment", old, golden("OrderPlaced")) == []
    assert len(world.items("SHIPMENT#")) == 1


def test_the_same_record_twice_plans_one_shipment_and_publishes_nothing(world: World) -> None:
    placed = order_placed()
    assert world.consume("plan_shipment", placed, placed) == []
    first = world.by_id("SHIPMENT")
    assert world.consume("plan_shipment", placed) == []
    assert world.by_id("SHIPMENT") == first
    assert world.outbox() == []


def test_a_shipment_that_is_planned_anew_has_the_same_id(world: World) -> None:
    ids = []
    for order in ("order-1", "order-2", "order-1"):
        world.consume("plan_shipment", event(order_placed(order)))
        ids.append(world.by_id("SHIPMENT")[order]["plan"]["shipmentId"])
    assert ids[0] == ids[2] != ids[1]


def test_a_cancelled_shipment_is_not_asked_for(world: World) -> None:
    for _ in range(2):
        assert world.consume("plan_shipment", order_placed(), order_cancelled()) == []
    assert world.by_id("SHIPMENT")["order-1"]["isCancelled"] is True
    assert asked(world) == []


def test_a_cancellation_that_overtakes_its_order_is_remembered(world: World) -> None:
    assert world.consume("plan_shipment", order_cancelled()) == []
    assert "plan" not in world.by_id("SHIPMENT")["order-1"]
    assert world.consume("plan_shipment", order_placed()) == []
    shipment = world.by_id("SHIPMENT")["order-1"]
    assert shipment["plan"]["customerId"] == "customer-7"
    assert shipment["isCancelled"] is True
    assert asked(world) == []


def test_a_cancellation_after_the_dispatch_is_too_late_and_changes_nothing(world: World) -> None:
    world.consume("plan_shipment", order_placed())
    world.consume("dispatch_shipment", *asked(world))
    before = world.by_id("SHIPMENT")
    assert world.consume("plan_shipment", order_cancelled(), order_placed()) == []
    assert world.by_id("SHIPMENT") == before
    assert asked(world) == []


def test_a_cancellation_that_comes_in_between_is_not_lost(world: World, calls: Calls) -> None:
    cancelled = batch(order_cancelled())
    calls.overtake("PutItem", lambda: world.call("plan_shipment", cancelled))
    assert world.consume("plan_shipment", order_placed()) == []
    shipment = world.by_id("SHIPMENT")["order-1"]
    assert (shipment["isCancelled"], "plan" in shipment) == (True, True)
    assert asked(world) == []


def test_a_crash_between_storing_and_asking_is_made_up_for(world: World, calls: Calls) -> None:
    calls.die(2, after=False)
    with pytest.raises(Died):
        world.consume("plan_shipment", order_placed())
    assert len(world.items("SHIPMENT#")) == 1
    calls.forget()
    assert world.consume("plan_shipment", order_placed()) == []
    assert asked(world) == due("order-1")


def test_a_record_whose_dispatch_cannot_be_asked_for_comes_again(
    world: World, calls: Calls
) -> None:
    calls.refuse("SendMessageBatch", throttled("SendMessageBatch"))
    assert world.consume("plan_shipment", order_placed("a"), "no event") == ["message-0"]
    assert asked(world) == []
    assert world.consume("plan_shipment", order_placed("a")) == []
    assert asked(world) == due("a")


def test_a_batch_is_read_in_one_call_and_asks_in_one(world: World, calls: Calls) -> None:
    placed = [order_placed(order) for order in ("a", "b", "c")]
    assert world.consume("plan_shipment", *placed, order_cancelled("c")) == []
    made = [operation for operation, _ in calls.made]
    assert made == ["BatchGetItem", *["PutItem"] * 3, "GetItem", "PutItem", "SendMessageBatch"]


def test_a_record_that_cannot_be_stored_comes_again_and_the_others_are_asked_for(
    world: World, calls: Calls
) -> None:
    calls.refuse("PutItem", throttled("PutItem"))
    assert world.consume("plan_shipment", order_placed("a"), order_placed("b")) == ["message-0"]
    assert asked(world) == due("b")


def test_an_event_that_shipments_do_not_follow_is_set_aside(world: World) -> None:
    assert world.consume("plan_shipment", golden("InvoiceIssued")) == []
    (dead,) = world.dead_letters("plan_shipment")
    assert dead.error == "shipments do not follow InvoiceIssued"
    assert world.items() == []
