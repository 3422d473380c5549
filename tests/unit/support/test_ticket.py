"""The rules of a ticket: created once, resolved once and for good, of one department."""

from itertools import permutations

import pytest

from contracts.language.types import Contract
from contracts.support import (
    CREATED,
    RESOLVED,
    UPDATED,
    TicketCreated,
    TicketResolved,
    TicketUpdated,
)
from eventing.events import Event
from support import partner, ticket
from support.ticket import Ticket
from tests.unit.support.partner import sent

NEW = Ticket(ticket_id="ticket-1", order_id="order-1", department="billing")


def received(*args: str, **detail: str) -> Event:
    return partner.received(sent(*args, **detail))


def after(*events: Event) -> tuple[Ticket | None, list[Contract]]:
    """The ticket after these events, and what is published."""
    known: Ticket | None = None
    published: list[Contract] = []
    for event in events:
        made = ticket.follow(known, event)
        if made:
            known, data = made
            published.append(data)
    return known, published


def test_each_event_of_the_partner_becomes_one_of_support() -> None:
    known, published = after(received(CREATED), received(UPDATED), received(RESOLVED))
    assert known == Ticket(
        ticket_id="ticket-1", order_id="order-1", department="billing", created=True, resolved=True
    )
    assert published == [
        TicketCreated("ticket-1", "order-1", "billing", "jane@example.com"),
        TicketUpdated("ticket-1", "order-1", "billing", "waiting for the customer"),
        TicketResolved("ticket-1", "order-1", "billing"),
    ]


@pytest.mark.parametrize("order", list(permutations((CREATED, UPDATED, RESOLVED))))
def test_whatever_comes_first_the_end_is_the_same(order: tuple[str, ...]) -> None:
    known, published = after(*map(received, order))
    in_order, expected = after(received(CREATED), received(UPDATED), received(RESOLVED))
    assert known == in_order
    assert sorted(map(repr, published)) == sorted(map(repr, expected))


@pytest.mark.parametrize("once", [CREATED, RESOLVED])
def test_a_ticket_is_created_and_resolved_once_however_often_the_partner_says_so(once: str) -> None:
    _, published = after(received(once), received(once, id="again"))
    assert len(published) == 1


def test_an_update_after_the_resolution_is_told_and_does_not_reopen_the_ticket() -> None:
    known, published = after(received(RESOLVED), received(UPDATED))
    assert known
    assert known.resolved
    assert isinstance(published[1], TicketUpdated)
    assert after(received(RESOLVED), received(UPDATED), received(RESOLVED, id="again"))[1] == (
        published
    )


def test_every_event_of_a_ticket_has_the_department_of_the_first() -> None:
    moved = {"department": "fulfillment"}
    _, published = after(received(CREATED), received(UPDATED, **moved), received(RESOLVED, **moved))
    assert [one.department for one in published] == ["billing"] * 3  # type: ignore[attr-defined]


def test_an_event_that_names_another_order_is_refused() -> None:
    expected = "orderId: 'order-2' is not valid, expected 'order-1', the order of ticket ticket-1"
    with pytest.raises(ticket.ContradictingTicket, match=expected):
        ticket.follow(NEW, received(RESOLVED, orderId="order-2"))


def test_the_same_event_of_the_partner_has_the_same_id_here_and_another_has_another() -> None:
    assert ticket.event_id("a") == ticket.event_id("a") != ticket.event_id("b")
