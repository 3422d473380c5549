"""The rules of a hold: an invoice is on hold as long as a ticket about its order is open."""

from itertools import permutations

import pytest

from contracts.invoicing import InvoiceHeld, InvoiceReleased
from eventing.errors import NeverSucceeds
from invoicing import hold
from invoicing.hold import Hold, Told
from tests.unit.invoicing.published import invoice_issued
from tests.unit.support.published import ticket_created, ticket_resolved, ticket_updated


def after(*told: Told) -> tuple[Hold, list[InvoiceHeld | InvoiceReleased]]:
    """The hold after these events, and what is published."""
    known, published = Hold(), []
    for one in told:
        made = hold.follow(known, one, "IE-000001")
        if made:
            known, data = made
            published += [data] if data else []
    return known, published


def held(revision: int) -> InvoiceHeld:
    return InvoiceHeld("order-1", revision, "IE-000001")


def released(revision: int) -> InvoiceReleased:
    return InvoiceReleased("order-1", revision, "IE-000001")


def test_a_ticket_holds_and_its_resolution_releases() -> None:
    assert after(ticket_created()) == (Hold(tickets={"ticket-1": "OPEN"}, changes=1), [held(1)])
    assert after(ticket_created(), ticket_resolved())[1] == [held(1), released(2)]


def test_a_ticket_that_was_resolved_first_never_holds() -> None:
    known, published = after(ticket_resolved(), ticket_created())
    assert published == []
    assert known == Hold(tickets={"ticket-1": "RESOLVED"})


def test_the_last_of_several_tickets_releases() -> None:
    both = ticket_created("a"), ticket_created("b")
    assert after(*both)[1] == [held(1)]
    assert after(*both, ticket_resolved("a"))[1] == [held(1)]
    assert after(*both, ticket_resolved("b"), ticket_resolved("a"))[1] == [held(1), released(2)]


def test_a_later_ticket_holds_again_with_a_higher_revision() -> None:
    told = ticket_created("a"), ticket_resolved("a"), ticket_created("b"), ticket_resolved("b")
    assert after(*told)[1] == [held(1), released(2), held(3), released(4)]


def test_what_comes_twice_changes_nothing() -> None:
    known, _ = after(ticket_created(), ticket_resolved())
    for told in (ticket_created(), ticket_resolved()):
        assert hold.follow(known, told, None) is None


@pytest.mark.parametrize(
    "order",
    list(permutations((ticket_created("a"), ticket_resolved("a"), ticket_created("b")))),
    ids=lambda order: " ".join(f"{type(one).__name__}-{one.ticket_id}" for one in order),
)
def test_in_whatever_order_they_come_the_last_that_is_published_says_how_it_is(
    order: tuple[Told, ...],
) -> None:
    known, published = after(*order)
    assert known.tickets == {"a": "RESOLVED", "b": "OPEN"}
    assert published[-1] == held(known.changes)
    assert [one.revision for one in published] == list(range(1, known.changes + 1))


@pytest.mark.parametrize("data", [ticket_updated(), invoice_issued()])
def test_nothing_else_holds_or_releases(data: object) -> None:
    with pytest.raises(NeverSucceeds, match=f"released by {type(data).__name__}"):
        hold.wanted(data)  # type: ignore[arg-type]
