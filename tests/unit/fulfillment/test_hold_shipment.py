"""`hold_shipment`: while a ticket about it is open a shipment stays, and then it goes."""

from contracts.language.types import Contract
from tests.unit.calls import Calls, throttled
from tests.unit.fulfillment.scenarios import due, opened, resolved
from tests.unit.messages import batch
from tests.unit.orders.published import order_cancelled, order_placed
from tests.unit.world import World


def hold(world: World, *told: Contract) -> list[str]:
    return world.consume("hold_shipment", *told)


def time_comes(world: World) -> int:
    """Whatever is in the delay queue is over its delay; how many shipments went so far."""
    world.consume("dispatch_shipment", *world.messages("due-shipments"))
    return len(world.outbox("OrderShipped"))


def test_a_shipment_with_an_open_ticket_stays_until_it_is_resolved(world: World) -> None:
    world.consume("plan_shipment", order_placed())
    assert hold(world, opened()) == []
    assert time_comes(world) == 0
    assert hold(world, resolved(), resolved()) == []
    assert world.messages("due-shipments") == due("order-1")
    world.consume("dispatch_shipment", *due("order-1"))
    assert len(world.outbox("OrderShipped")) == 1


def test_a_ticket_may_come_before_its_order(world: World) -> None:
    assert hold(world, opened()) == []
    world.consume("plan_shipment", order_placed())
    assert time_comes(world) == 0
    assert hold(world, resolved()) == []
    assert time_comes(world) == 1


def test_a_resolution_may_come_before_its_ticket(world: World) -> None:
    world.consume("plan_shipment", order_placed())
    assert hold(world, resolved(), opened()) == []
    assert time_comes(world) == 1


def test_the_last_of_several_tickets_releases(world: World) -> None:
    world.consume("plan_shipment", order_placed())
    assert hold(world, opened("a"), opened("b"), resolved("b")) == []
    assert time_comes(world) == 0
    assert hold(world, resolved("a")) == []
    assert time_comes(world) == 1


def test_the_same_record_twice_writes_once_and_ships_once(world: World, calls: Calls) -> None:
    world.consume("plan_shipment", order_placed())
    calls.forget()
    assert hold(world, opened(), opened(), resolved(), resolved(), opened()) == []
    assert len(calls.of("PutItem")) == 2
    assert time_comes(world) == 1
    assert hold(world, resolved()) == []
    assert time_comes(world) == 1


def test_a_ticket_that_comes_in_between_holds(world: World, calls: Calls) -> None:
    world.consume("plan_shipment", order_placed())
    ticket = batch(opened())
    calls.overtake("TransactWriteItems", lambda: world.call("hold_shipment", ticket))
    assert time_comes(world) == 0


def test_a_cancelled_shipment_is_not_released(world: World) -> None:
    world.consume("plan_shipment", order_placed(), order_cancelled())
    assert hold(world, opened(), resolved()) == []
    assert time_comes(world) == 0


def test_a_ticket_after_the_dispatch_is_noted_and_holds_nothing(world: World) -> None:
    world.consume("plan_shipment", order_placed())
    assert time_comes(world) == 1
    assert hold(world, opened(), resolved()) == []
    assert world.by_id("SHIPMENT")["order-1"]["tickets"] == {"ticket-1": "RESOLVED"}
    assert time_comes(world) == 1


def test_a_release_that_cannot_be_asked_for_comes_again(world: World, calls: Calls) -> None:
    world.consume("plan_shipment", order_placed())
    hold(world, opened())
    assert time_comes(world) == 0
    calls.refuse("SendMessageBatch", throttled("SendMessageBatch"))
    assert hold(world, resolved()) == ["message-0"]
    assert hold(world, resolved()) == []
    assert time_comes(world) == 1


def test_a_ticket_about_no_order_holds_nothing_else(world: World) -> None:
    world.consume("plan_shipment", order_placed())
    assert hold(world, opened("a", "mistyped")) == []
    assert time_comes(world) == 1
