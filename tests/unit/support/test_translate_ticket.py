"""`translate_ticket`: each event of the partner becomes one of support's own, once."""

from typing import Any

import pytest

from contracts.support import CREATED, PARTNER_EVENTS, RESOLVED, TEST_CREATOR, UPDATED
from support.ticket import event_id
from tests.unit.calls import Calls, throttled
from tests.unit.messages import batch, failed
from tests.unit.metrics import counted
from tests.unit.support.partner import sent
from tests.unit.world import World


def translate(world: World, *bodies: str) -> list[str]:
    return world.consume("translate_ticket", *bodies)


def published(world: World) -> dict[str, dict[str, Any]]:
    """The details of what is in the outbox, by the id of the event."""
    return {detail["metadata"]["id"]: detail for detail in world.outbox()}


def test_a_ticket_is_published_anew_about_itself_and_because_of_the_partner_s_event(
    world: World,
) -> None:
    assert translate(world, sent(id="partner-1")) == []
    detail = published(world)[event_id("partner-1")]
    assert detail["data"] == {
        "ticketId": "ticket-1",
        "orderId": "order-1",
        "department": "billing",
        "creator": "jane@example.com",
    }
    metadata = detail["metadata"]
    assert metadata["subject"] == metadata["correlationId"] == "ticket-1"
    assert metadata["causationId"] == "partner-1"
    assert metadata["occurredAt"] == "2026-11-23T12:00:00Z"


def test_a_resolution_that_comes_first_is_published_and_stays(world: World) -> None:
    for detail_type in (RESOLVED, UPDATED, CREATED):
        assert translate(world, sent(detail_type)) == []
    assert len(world.outbox("TicketResolved")) == 1
    (known,) = world.items("TICKET#")
    assert (known["created"], known["resolved"]) == (True, True)
    assert len(published(world)) == len(PARTNER_EVENTS)


def test_an_event_that_comes_twice_is_published_once(world: World, calls: Calls) -> None:
    everything = [sent(detail_type) for detail_type in PARTNER_EVENTS]
    assert translate(world, *everything, *reversed(everything)) == []
    before = world.state()
    calls.forget()
    assert translate(world, *reversed(everything)) == []
    assert calls.of("TransactWriteItems") == []
    assert world.state() == before
    assert len(published(world)) == len(PARTNER_EVENTS)


def test_it_is_forgotten_only_when_no_archive_can_bring_it_again(world: World) -> None:
    translate(world, sent())
    (known,) = world.items("TRANSLATED#")
    assert known["expiresAt"] > 30 * 24 * 3600


def test_what_is_no_ticket_is_a_dead_letter_at_once_and_the_others_go_on(world: World) -> None:
    bad = sent(ticketId=None), sent("Ticket Merged")
    assert translate(world, bad[0], sent(), bad[1]) == []
    dead = world.dead_letters("translate_ticket")
    assert [(one.body, one.error_type) for one in dead] == [(body, "NotATicket") for body in bad]
    assert "ticketId" in dead[0].error
    assert len(published(world)) == 1


def test_an_event_that_names_another_order_is_a_dead_letter_and_changes_nothing(
    world: World,
) -> None:
    translate(world, sent())
    before = world.items(), published(world)
    assert translate(world, sent(RESOLVED, orderId="order-2")) == []
    (dead,) = world.dead_letters("translate_ticket")
    assert dead.error_type == "ContradictingTicket"
    assert (world.items(), published(world)) == before


def test_another_event_of_the_ticket_that_comes_in_between_is_kept(
    world: World, calls: Calls
) -> None:
    calls.overtake("TransactWriteItems", lambda: translate(world, sent(RESOLVED)))
    assert translate(world, sent(CREATED)) == []
    (known,) = world.items("TICKET#")
    assert (known["created"], known["resolved"]) == (True, True)
    assert len(published(world)) == 2


def test_an_event_that_aws_failed_comes_again_and_is_published_then(
    world: World, calls: Calls
) -> None:
    calls.refuse("TransactWriteItems", throttled("TransactWriteItems"))
    assert translate(world, sent()) == ["message-0"]
    assert published(world) == {}
    assert translate(world, sent()) == []
    assert len(published(world)) == 1


def test_the_trace_of_the_partner_s_event_goes_on(world: World) -> None:
    message = batch(sent())
    message["Records"][0]["attributes"]["AWSTraceHeader"] = "Root=1-partner"
    assert failed(world.call("translate_ticket", message)) == []
    (item,) = world.pending()
    assert item["traceHeader"] == "Root=1-partner"


def test_tickets_are_counted_as_they_come_and_go_and_each_once(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    translate(world, sent(), sent(UPDATED), sent(RESOLVED), sent(CREATED, "ticket-2"))
    assert counted(capsys) == {"TicketsOpened": [1, 1], "TicketsResolved": [1]}
    translate(world, sent(), sent(RESOLVED, id="again"))
    assert counted(capsys) == {}


def test_a_ticket_of_the_test_is_published_and_not_counted(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert translate(world, sent(creator=TEST_CREATOR)) == []
    assert len(published(world)) == 1
    assert counted(capsys) == {}
