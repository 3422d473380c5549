"""A ticket of the partner reaches the department that it concerns, and no other."""

import json
from typing import Any

import pytest

from business import redelivery as events
from business import shop, tickets
from contracts.support import CREATED, RESOLVED, UPDATED
from local.system import System, wait_until
from tests.flow.outages import outage

DEPARTMENTS = {"billing": {"invoicing"}, "fulfillment": {"fulfillment"}, "sales": set()}
"""The domains that hear of a ticket, by its department."""


def await_published(system: System, ticket_id: str, count: int) -> list[str]:
    """What support has published of a ticket, once there is so much of it."""
    found = wait_until(
        lambda: some if len(some := tickets.published(system, ticket_id)) >= count else None,
        shop.WITHIN_S,
        f"{count} events of {ticket_id}",
    )
    return found or []


@pytest.mark.parametrize("department", DEPARTMENTS)
def test_a_ticket_reaches_the_department_that_it_concerns_and_no_other(
    system: System, department: str
) -> None:
    order_id = shop.place(system)
    ticket_id = tickets.new_id()
    tickets.send(
        system,
        *(tickets.event(one, ticket_id, order_id, department) for one in tickets.STATUS),
    )
    assert await_published(system, ticket_id, 3) == [
        "TicketCreated",
        "TicketResolved",
        "TicketUpdated",
    ]
    wait_until(
        lambda: tickets.reached(system, ticket_id) >= DEPARTMENTS[department],
        shop.WITHIN_S,
        f"{ticket_id} at {department}",
    )
    # A ticket of billing comes after it, and reaches its department: so has what was before it.
    behind = tickets.opened(system, order_id)
    wait_until(lambda: tickets.reached(system, behind), shop.WITHIN_S, f"{behind} at billing")
    shop.await_drained(system)

    assert tickets.reached(system, ticket_id) == DEPARTMENTS[department]
    tickets.resolve(system, behind, order_id)
    tickets.await_hold(system, order_id, on=False)


def test_a_ticket_of_billing_holds_the_invoice_until_it_is_resolved(system: System) -> None:
    order_id = shop.place(system)
    number = shop.await_invoice(system, order_id)["invoiceNumber"]
    ticket_id = tickets.opened(system, order_id)
    tickets.await_hold(system, order_id, on=True)
    tickets.resolve(system, ticket_id, order_id)
    tickets.await_hold(system, order_id, on=False)

    order = shop.shown(system, order_id)
    assert order["invoiceNumber"] == number
    told = [one["detail-type"] for one in shop.issued_events(system, order_id)]
    assert sorted(told) == ["InvoiceHeld", "InvoiceIssued", "InvoiceReleased"]


def test_a_ticket_of_another_department_holds_no_invoice(system: System) -> None:
    order_id = shop.place(system)
    await_published(system, tickets.opened(system, order_id, "sales"), 1)
    shop.await_drained(system)
    assert shop.shown(system, order_id)["invoiceOnHold"] is False


def test_a_ticket_may_come_before_the_order_is_invoiced(system: System) -> None:
    with outage(system, "invoicing"):
        order_id = shop.place(system)
        ticket_id = tickets.opened(system, order_id)
    tickets.await_hold(system, order_id, on=True)
    assert shop.await_invoice(system, order_id)["invoiceOnHold"] is True
    tickets.resolve(system, ticket_id, order_id)
    tickets.await_hold(system, order_id, on=False)


def test_a_resolution_that_overtakes_its_ticket_leaves_nothing_on_hold(system: System) -> None:
    order_id, ticket_id = shop.place(system), tickets.new_id()
    for number, detail_type in enumerate((RESOLVED, UPDATED, CREATED), start=1):
        tickets.send(system, tickets.event(detail_type, ticket_id, order_id))
        await_published(system, ticket_id, number)
        tickets.await_held_by(system, order_id, {ticket_id: "RESOLVED"})
    shop.await_drained(system)

    assert tickets.held_by(system, order_id) == {ticket_id: "RESOLVED"}
    assert shop.shown(system, order_id)["invoiceOnHold"] is False


def test_the_last_of_several_tickets_releases_the_invoice(system: System) -> None:
    order_id = shop.place(system)
    first, second = tickets.opened(system, order_id), tickets.opened(system, order_id)
    tickets.await_held_by(system, order_id, {first: "OPEN", second: "OPEN"})
    tickets.await_hold(system, order_id, on=True)
    tickets.resolve(system, first, order_id)
    tickets.await_held_by(system, order_id, {first: "RESOLVED", second: "OPEN"})
    shop.await_drained(system)
    assert shop.shown(system, order_id)["invoiceOnHold"] is True
    tickets.resolve(system, second, order_id)
    tickets.await_hold(system, order_id, on=False)


def test_events_of_tickets_that_come_twice_later_first_change_nothing(system: System) -> None:
    order_id = shop.place(system)
    shop.await_invoice(system, order_id)
    shop.await_shipment(system, order_id)
    ticket_id = tickets.opened(system, order_id)
    tickets.await_hold(system, order_id, on=True)
    tickets.resolve(system, ticket_id, order_id)
    tickets.await_hold(system, order_id, on=False)
    about = {"support": ticket_id, "invoicing": order_id}
    before = shop.shown(system, order_id), tickets.published(system, ticket_id)
    for domain, detail_types in (
        ("support", ("TicketResolved", "TicketCreated")),
        ("invoicing", ("InvoiceReleased", "InvoiceHeld")),
    ):
        found = [events.published(system, domain, one)[about[domain]] for one in detail_types]
        events.redeliver(system, domain, found * 2)
    # The partner says it all again, under other ids.
    tickets.send(system, *(tickets.event(one, ticket_id, order_id) for one in (RESOLVED, CREATED)))
    shop.await_drained(system)

    assert (shop.shown(system, order_id), tickets.published(system, ticket_id)) == before


def test_tickets_that_come_while_support_and_invoicing_are_down_hold_when_they_are_back(
    system: System,
) -> None:
    order_id = shop.place(system)
    with outage(system, "support", "invoicing"):
        ticket_id = tickets.opened(system, order_id)
        wait_until(
            lambda: system.depths("support")["partner-tickets"] >= 1,
            shop.WITHIN_S,
            "the ticket in partner-tickets",
        )
        assert shop.shown(system, order_id)["invoiceOnHold"] is False
    tickets.await_hold(system, order_id, on=True)
    tickets.resolve(system, ticket_id, order_id)
    tickets.await_hold(system, order_id, on=False)


def test_what_is_no_ticket_is_a_dead_letter_at_once_with_its_reason(system: System) -> None:
    bad = tickets.event(CREATED, "no ticket", "order-1")
    tickets.send(system, bad)
    sqs = system.client("sqs", "support")
    url = system.queues("support")["partner-tickets-dead-letters"]

    def aside() -> dict[str, Any] | None:
        found = sqs.receive_message(
            QueueUrl=url, MessageAttributeNames=["All"], VisibilityTimeout=30
        )
        return next(iter(found.get("Messages", [])), None)

    message = wait_until(aside, shop.WITHIN_S, "a dead letter")
    assert message is not None
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    assert json.loads(message["Body"])["detail"]["ticketId"] == "no ticket"
    told = {name: one["StringValue"] for name, one in message["MessageAttributes"].items()}
    assert told["errorType"] == "NotATicket"
    assert "$.detail.ticketId" in told["error"]
    assert system.depths("support")["partner-tickets"] == 0


def test_a_ticket_about_an_order_that_never_was_breaks_nothing(system: System) -> None:
    ticket_id = tickets.opened(system, "mistyped")
    wait_until(lambda: tickets.reached(system, ticket_id), shop.WITHIN_S, "the ticket at billing")
    shop.await_drained(system)
    assert system.depths("orders")["order-updates-dead-letters"] == 0
    assert system.call("GET", "/orders/mistyped").status_code == 404
