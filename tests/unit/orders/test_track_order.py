"""`track_order`: an order follows its invoice, its credit note and its shipment."""

import pytest

from contracts.language.types import Contract
from tests.unit.calls import Calls, throttled
from tests.unit.fulfillment.published import order_shipped
from tests.unit.invoicing.published import (
    invoice_held,
    invoice_issued,
    invoice_released,
    invoice_voided,
)
from tests.unit.messages import changed, event, request
from tests.unit.orders.published import order_placed
from tests.unit.world import World


def track(world: World, *bodies: str | Contract) -> list[str]:
    return world.consume("track_order", *bodies)


def seen(world: World, order_id: str) -> tuple[str, str | None, str | None]:
    order = world.by_id("ORDER")[order_id]
    return order["status"], order.get("invoiceNumber"), order.get("creditNoteNumber")


def test_an_issued_invoice_gives_the_order_its_number(world: World, order_id: str) -> None:
    assert track(world, invoice_issued(order_id)) == []
    assert seen(world, order_id) == ("INVOICED", "IE-000001", None)


def test_a_credit_note_cancels_the_order(world: World, order_id: str) -> None:
    assert track(world, invoice_issued(order_id), invoice_voided(order_id)) == []
    assert seen(world, order_id) == ("CANCELLED", "IE-000001", "IE-CN-000001")


def test_a_shipment_and_an_invoice_come_in_any_order(world: World, order_id: str) -> None:
    assert track(world, order_shipped(order_id)) == []
    assert seen(world, order_id) == ("SHIPPED", None, None)
    assert track(world, invoice_issued(order_id), order_shipped(order_id)) == []
    assert seen(world, order_id) == ("SHIPPED", "IE-000001", None)
    assert world.by_id("ORDER")[order_id]["shipmentId"] == "shipment-1"


def test_the_credit_note_may_come_before_the_invoice(world: World, order_id: str) -> None:
    for later_first in (invoice_voided(order_id), invoice_issued(order_id)):
        assert track(world, later_first) == []
    assert seen(world, order_id) == ("CANCELLED", "IE-000001", "IE-CN-000001")


def test_the_same_record_twice_writes_once(world: World, calls: Calls, order_id: str) -> None:
    calls.forget()
    assert track(world, invoice_issued(order_id), invoice_issued(order_id)) == []
    assert track(world, invoice_issued(order_id)) == []
    assert seen(world, order_id) == ("INVOICED", "IE-000001", None)
    assert len(calls.of("PutItem")) == 1


def test_an_invoice_of_a_cancelled_order_leaves_it_cancelled(world: World, order_id: str) -> None:
    world.call("cancel_order", request(id=order_id))
    assert track(world, invoice_issued(order_id)) == []
    assert seen(world, order_id) == ("CANCELLED", "IE-000001", None)


def test_a_cancellation_that_comes_in_between_stays(
    world: World, calls: Calls, order_id: str
) -> None:
    calls.overtake("PutItem", lambda: world.call("cancel_order", request(id=order_id)))
    assert track(world, invoice_issued(order_id)) == []
    assert seen(world, order_id) == ("CANCELLED", "IE-000001", None)


def test_following_publishes_nothing(world: World, order_id: str) -> None:
    track(world, invoice_issued(order_id), invoice_voided(order_id))
    assert len(world.outbox()) == 1


def test_a_second_invoice_is_refused_and_changes_nothing(world: World, order_id: str) -> None:
    track(world, invoice_issued(order_id))
    contradicting = event(invoice_issued(order_id, "IE-000002"))
    assert track(world, contradicting) == []
    (dead,) = world.dead_letters("track_order")
    assert (dead.body, dead.error_type) == (contradicting, "ContradictingEvent")
    assert dead.error == f"order {order_id} has IE-000001, not IE-000002"
    assert seen(world, order_id) == ("INVOICED", "IE-000001", None)


@pytest.mark.parametrize(
    "bad",
    [
        "no JSON",
        " ",
        "{}",
        "[" * 100_000,
        changed(event(invoice_issued()), '"version":"1.0"', '"version":"9.0"'),
        changed(event(invoice_issued()), "InvoiceIssued", "InvoiceLost"),
        changed(event(invoice_issued()), '"net":15990', '"net":"a lot"'),
    ],
)
def test_only_the_bad_record_of_a_batch_is_set_aside(world: World, order_id: str, bad: str) -> None:
    assert track(world, bad, invoice_issued(order_id), bad) == []
    assert seen(world, order_id) == ("INVOICED", "IE-000001", None)
    dead = world.dead_letters("track_order")
    assert [(one.body, one.error_type) for one in dead] == [(bad, "UnreadableEvent")] * 2


def test_an_order_shows_that_its_invoice_is_on_hold_and_no_more(
    world: World, order_id: str
) -> None:
    for event_, on_hold in ((invoice_held(order_id), True), (invoice_released(order_id), False)):
        assert track(world, event_) == []
        assert world.ask("get_order", id=order_id)[1]["invoiceOnHold"] is on_hold


def test_the_release_may_come_before_the_hold(world: World, order_id: str) -> None:
    for later_first in (invoice_released(order_id), invoice_held(order_id)):
        assert track(world, later_first) == []
    assert world.ask("get_order", id=order_id)[1]["invoiceOnHold"] is False


def test_a_hold_leaves_status_and_numbers(world: World, order_id: str) -> None:
    assert track(world, invoice_issued(order_id), invoice_held(order_id)) == []
    assert seen(world, order_id) == ("INVOICED", "IE-000001", None)


def test_a_hold_about_an_order_that_never_was_is_done_with(world: World) -> None:
    assert track(world, invoice_held("mistyped"), invoice_released("mistyped")) == []
    assert world.dead_letters("track_order") == []
    assert world.items("ORDER#mistyped") == []


def test_an_event_that_orders_do_not_follow_is_set_aside(world: World, order_id: str) -> None:
    body = event(order_placed(order_id))
    assert track(world, body) == []
    assert [one.body for one in world.dead_letters("track_order")] == [body]


def test_an_invoice_that_comes_before_its_order_comes_again(world: World, order_id: str) -> None:
    early = invoice_issued("placed-a-moment-later")
    assert track(world, early, invoice_issued(order_id)) == ["message-0"]
    assert seen(world, order_id) == ("INVOICED", "IE-000001", None)
    assert world.dead_letters("track_order") == []


def test_a_shipment_that_comes_before_its_order_comes_again(world: World) -> None:
    assert track(world, order_shipped("placed-a-moment-later")) == ["message-0"]


def test_a_batch_of_bad_records_is_set_aside(world: World) -> None:
    assert track(world, "bad", "worse") == []
    assert [one.body for one in world.dead_letters("track_order")] == ["bad", "worse"]


def test_a_record_that_aws_failed_is_named_and_done_the_next_time(
    world: World, calls: Calls, order_id: str
) -> None:
    calls.refuse("PutItem", throttled("PutItem"))
    assert track(world, invoice_issued(order_id)) == ["message-0"]
    assert seen(world, order_id) == ("PLACED", None, None)
    assert track(world, invoice_issued(order_id)) == []
    assert seen(world, order_id) == ("INVOICED", "IE-000001", None)
