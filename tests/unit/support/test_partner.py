"""The border: what is an event of a ticket, and what is refused with its reason."""

from datetime import UTC, datetime

import pytest

from contracts.support import PARTNER_EVENTS, PartnerTicket
from support import partner
from tests.unit.support.partner import sent


@pytest.mark.parametrize("detail_type", PARTNER_EVENTS)
def test_an_event_of_the_partner_is_read_and_its_ticket_is_the_process(detail_type: str) -> None:
    event = partner.received(sent(detail_type, id="partner-1"))
    assert event.detail_type == detail_type
    assert isinstance(event.data, PartnerTicket)
    assert event.metadata.id == event.metadata.causation_id == "partner-1"
    assert event.metadata.subject == event.metadata.correlation_id == "ticket-1"
    assert event.metadata.occurred_at == datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_a_field_that_is_not_known_is_ignored() -> None:
    assert partner.received(sent(priority="high")) == partner.received(sent())


@pytest.mark.parametrize("department", ["sales", "Billing", "a department nobody has heard of"])
def test_a_department_may_be_any(department: str) -> None:
    data = partner.received(sent(department=department)).data
    assert isinstance(data, PartnerTicket)
    assert data.department == department


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("no JSON", "JSON is malformed"),
        ("[" * 100_000, "Expected `object`"),
        ('{"detail":' + "[" * 100_000, "Expected `object`|recursion"),
        ("{}", "missing required field `id`"),
        (sent("Ticket Merged"), "detail-type 'Ticket Merged': expected one of Ticket Created, "),
        (sent(ticketId=None), r"missing required field `ticketId` - at `\$.detail`"),
        (sent(ticketId="ticket 1"), r"\$.detail.ticketId"),
        (sent(ticketId=7), r"Expected `str`, got `int` - at `\$.detail.ticketId`"),
        (sent(orderId=None), "missing required field `orderId`"),
        (sent(orderId=""), r"\$.detail.orderId"),
        (sent(department=None), "missing required field `department`"),
        (sent(department=""), r"\$.detail.department"),
        (sent(department="d" * 65), r"\$.detail.department"),
        (sent(creator=None), "missing required field `creator`"),
        (sent(status=None), "missing required field `status`"),
        (sent().replace("2026-11-23T12:00:00Z", "yesterday"), r"\$.time"),
    ],
)
def test_what_is_no_ticket_is_refused_with_the_field(body: str, told: str) -> None:
    with pytest.raises(partner.NotATicket, match=told):
        partner.received(body)
