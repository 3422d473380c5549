"""`issue_invoice`: an event of an order becomes a request for a number."""

import json

import pytest
from msgspec.structs import replace

from contracts.language.types import Contract, Location
from tests.unit.calls import Calls, throttled
from tests.unit.invoicing.published import invoice_issued
from tests.unit.messages import changed, event
from tests.unit.orders.published import order_cancelled, order_placed
from tests.unit.world import World


def issue(world: World, *bodies: str | Contract) -> list[str]:
    return world.consume("issue_invoice", *bodies)


def asked(world: World) -> list[dict[str, object]]:
    return [json.loads(body) for body in world.messages("invoice-numbering.fifo")]


def test_an_order_becomes_a_draft_with_tax_and_total(world: World) -> None:
    assert issue(world, order_placed()) == []
    (draft,) = asked(world)
    assert draft["type"] == "issue"
    assert (draft["orderId"], draft["jurisdiction"]) == ("order-1", "IE")
    assert (draft["net"], draft["taxRate"], draft["tax"], draft["total"]) == (
        15_990,
        2_300,
        3_678,
        19_668,
    )


def test_a_draft_says_which_event_led_to_it(world: World) -> None:
    issue(world, event(order_placed(), "event-7"))
    (draft,) = asked(world)
    assert (draft["correlationId"], draft["causationId"]) == ("request-of-order-1", "event-7")


def test_a_cancellation_becomes_a_request_to_void(world: World) -> None:
    assert issue(world, order_cancelled(location="us-west")) == []
    (cancellation,) = asked(world)
    assert cancellation == {
        "type": "void",
        "orderId": "order-1",
        "jurisdiction": "US-CA",
        "correlationId": "request-of-order-1",
        "causationId": "OrderCancelled-order-1",
        "occurredAt": "2026-11-23T10:00:00Z",
        "trace": None,
    }


@pytest.mark.parametrize(
    ("location", "jurisdiction"),
    [("us-west", "US-CA"), ("us-east", "US-NY"), ("eu-west", "IE"), ("eu-east", "PL")],
)
def test_a_jurisdiction_is_numbered_in_its_own_group(
    world: World,
    calls: Calls,
    location: Location,
    jurisdiction: str,
) -> None:
    issue(world, order_placed(location=location), order_cancelled(location=location))
    (sent,) = calls.of("SendMessageBatch")
    groups = [entry["MessageGroupId"] for entry in sent["Entries"]]
    assert groups == [jurisdiction, jurisdiction]


def test_the_same_event_twice_is_asked_for_once(world: World) -> None:
    assert issue(world, order_placed(), order_placed()) == []
    assert issue(world, order_placed()) == []
    assert len(asked(world)) == 1


def test_a_cancellation_before_its_order_is_asked_for_as_it_comes(world: World) -> None:
    assert issue(world, order_cancelled(), order_placed()) == []
    assert [request["type"] for request in asked(world)] == ["void", "issue"]


def test_an_order_of_version_1_is_drafted_as_that_of_version_2(world: World) -> None:
    old = changed(event(order_placed(), "event-1"), '"version":"2.0"', '"version":"1.0"')
    old = changed(old, '"unitPrice":7995', '"unitPrice":79.95')
    old = changed(old, ":15990,", ":159.90,")
    assert issue(world, old, event(order_placed(), "event-1")) == []
    (draft,) = asked(world)
    assert (draft["net"], draft["total"]) == (15_990, 19_668)


@pytest.mark.parametrize(
    "bad",
    [
        "no JSON",
        "null",
        event(replace(order_placed(), total=1)),
        changed(event(order_placed()), "eu-west", "mars"),
        changed(event(order_placed()), '"quantity":2', '"quantity":0'),
        changed(event(order_placed()), '"version":"2.0"', '"version":"3.0"'),
        changed(event(order_placed()), '"version":"2.0"', '"version":2'),
        changed(event(order_placed()), ',"subject":"order-1"', ""),
        event(invoice_issued()),
    ],
)
def test_only_the_bad_record_of_a_batch_is_set_aside(world: World, bad: str) -> None:
    assert issue(world, order_placed("order-2"), bad, order_placed("order-3")) == []
    assert [one.body for one in world.dead_letters("issue_invoice")] == [bad]
    assert [draft["orderId"] for draft in asked(world)] == ["order-2", "order-3"]


def test_a_record_that_aws_failed_is_named_and_done_the_next_time(
    world: World, calls: Calls
) -> None:
    calls.refuse("SendMessageBatch", throttled("SendMessageBatch"))
    records = (order_placed("order-1"), order_placed("order-2"))
    assert issue(world, *records) == ["message-0", "message-1"]
    assert asked(world) == []
    assert world.dead_letters("issue_invoice") == []
    assert issue(world, *records) == []
    assert sorted(str(draft["orderId"]) for draft in asked(world)) == ["order-1", "order-2"]
