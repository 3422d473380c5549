"""`hold_invoice`: the hold on an order's invoice, and what is told when it comes or goes."""

from typing import Any

from contracts.language.types import Contract
from eventing.events import decode
from invoicing import invoice
from tests.unit.calls import Calls, throttled
from tests.unit.messages import event
from tests.unit.orders.published import order_placed
from tests.unit.support.published import ticket_created, ticket_resolved, ticket_updated
from tests.unit.world import World


def hold(world: World, *data: str | Contract) -> list[str]:
    return world.consume("hold_invoice", *data)


def told(world: World) -> list[tuple[str, dict[str, Any]]]:
    """Type and data of what is published of holds, by revision."""
    found = [
        (kind, detail["data"])
        for kind in ("InvoiceHeld", "InvoiceReleased")
        for detail in world.outbox(kind)
    ]
    return sorted(found, key=lambda one: int(one[1]["revision"]))


def issue(world: World, order_id: str = "order-1") -> None:
    request = invoice.request_for(decode(event(order_placed(order_id))))
    world.consume("number_invoice", invoice.encode(request))


def test_a_ticket_puts_the_invoice_on_hold_and_its_resolution_releases_it(world: World) -> None:
    issue(world)
    assert hold(world, ticket_created(), ticket_resolved()) == []
    data = {"orderId": "order-1", "invoiceNumber": "IE-000001"}
    assert told(world) == [
        ("InvoiceHeld", data | {"revision": 1}),
        ("InvoiceReleased", data | {"revision": 2}),
    ]


def test_what_is_told_is_about_the_order_and_because_of_the_ticket(world: World) -> None:
    body = event(ticket_created())
    assert hold(world, body) == []
    (detail,) = world.outbox("InvoiceHeld")
    metadata, because = detail["metadata"], decode(body).metadata
    assert metadata["subject"] == "order-1"
    assert metadata["causationId"] == because.id
    assert metadata["correlationId"] == because.correlation_id


def test_a_ticket_may_come_before_the_invoice_which_is_numbered_all_the_same(world: World) -> None:
    assert hold(world, ticket_created()) == []
    assert told(world) == [
        ("InvoiceHeld", {"orderId": "order-1", "revision": 1, "invoiceNumber": None})
    ]
    issue(world)
    (issued,) = world.outbox("InvoiceIssued")
    assert issued["data"]["invoiceNumber"] == "IE-000001"
    assert hold(world, ticket_resolved()) == []
    assert told(world)[1][1]["invoiceNumber"] == "IE-000001"


def test_the_same_record_twice_writes_once(world: World, calls: Calls) -> None:
    assert hold(world, ticket_created(), ticket_created()) == []
    assert hold(world, ticket_created()) == []
    assert len(calls.of("TransactWriteItems")) == 1
    assert len(told(world)) == 1


def test_a_resolution_that_comes_first_is_remembered(world: World) -> None:
    assert hold(world, ticket_resolved()) == []
    assert hold(world, ticket_created()) == []
    assert told(world) == []


def test_holds_of_two_orders_are_apart(world: World) -> None:
    assert hold(world, ticket_created("a", "order-1"), ticket_created("b", "order-2")) == []
    assert hold(world, ticket_resolved("a", "order-1")) == []
    assert [kind for kind, data in told(world) if data["orderId"] == "order-2"] == ["InvoiceHeld"]


def test_two_tickets_at_the_same_time_make_one_hold(world: World, calls: Calls) -> None:
    calls.overtake("TransactWriteItems", lambda: hold(world, ticket_created("a")))
    assert hold(world, ticket_created("b")) == []
    assert [data["revision"] for _, data in told(world)] == [1]
    assert hold(world, ticket_resolved("a")) == []
    assert len(told(world)) == 1
    assert hold(world, ticket_resolved("b")) == []
    assert [kind for kind, _ in told(world)] == ["InvoiceHeld", "InvoiceReleased"]


def test_a_ticket_that_aws_failed_comes_again(world: World, calls: Calls) -> None:
    calls.refuse("TransactWriteItems", throttled("TransactWriteItems"))
    assert hold(world, ticket_created()) == ["message-0"]
    assert told(world) == []
    assert hold(world, ticket_created()) == []
    assert len(told(world)) == 1


def test_what_neither_holds_nor_releases_is_a_dead_letter_at_once(world: World) -> None:
    body = event(ticket_updated())
    assert hold(world, body, ticket_created()) == []
    assert [one.body for one in world.dead_letters("hold_invoice")] == [body]
    assert len(told(world)) == 1
