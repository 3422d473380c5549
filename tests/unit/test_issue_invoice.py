"""`issue_invoice`: an event of an order becomes a request for a number."""

import json

import pytest
from msgspec.structs import replace

from contracts.language.types import Contract, Location
from tests.unit.calls import Calls, throttled
from tests.unit.handlers import NUMBERING_QUEUE, issue_invoice
from tests.unit.messages import (
    CONTEXT,
    batch,
    changed,
    event,
    failed,
    invoice_issued,
    order_cancelled,
    order_placed,
)
from tests.unit.world import World


def issue(*bodies: str | Contract) -> list[str]:
    return failed(issue_invoice.handler(batch(*bodies), CONTEXT))


def asked(aws: World) -> list[dict[str, object]]:
    return [json.loads(body) for body in aws.messages(NUMBERING_QUEUE)]


def test_an_order_becomes_a_draft_with_tax_and_total(aws: World) -> None:
    assert issue(order_placed()) == []
    (draft,) = asked(aws)
    assert draft["type"] == "issue"
    assert (draft["orderId"], draft["jurisdiction"]) == ("order-1", "IE")
    assert (draft["net"], draft["taxRate"], draft["tax"], draft["total"]) == (
        15_990,
        2_300,
        3_678,
        19_668,
    )


def test_a_draft_says_which_event_led_to_it(aws: World) -> None:
    issue(event(order_placed(), "event-7"))
    (draft,) = asked(aws)
    assert (draft["correlationId"], draft["causationId"]) == ("request-of-order-1", "event-7")


def test_a_cancellation_becomes_a_request_to_void(aws: World) -> None:
    assert issue(order_cancelled(location="us-west")) == []
    (cancellation,) = asked(aws)
    assert cancellation == {
        "type": "void",
        "orderId": "order-1",
        "jurisdiction": "US-CA",
        "correlationId": "request-of-order-1",
        "causationId": "OrderCancelled-order-1",
    }


@pytest.mark.parametrize(
    ("location", "jurisdiction"),
    [("us-west", "US-CA"), ("us-east", "US-NY"), ("eu-west", "IE"), ("eu-east", "PL")],
)
def test_a_jurisdiction_is_numbered_in_its_own_group(
    aws: World,  # noqa: ARG001
    calls: Calls,
    location: Location,
    jurisdiction: str,
) -> None:
    issue(order_placed(location=location), order_cancelled(location=location))
    groups = [sent["MessageGroupId"] for sent in calls.of("SendMessage")]
    assert groups == [jurisdiction, jurisdiction]


def test_the_same_event_twice_is_asked_for_once(aws: World) -> None:
    assert issue(order_placed(), order_placed()) == []
    assert issue(order_placed()) == []
    assert len(asked(aws)) == 1


def test_a_cancellation_before_its_order_is_asked_for_as_it_comes(aws: World) -> None:
    assert issue(order_cancelled(), order_placed()) == []
    assert [request["type"] for request in asked(aws)] == ["void", "issue"]


def test_an_order_of_version_1_is_drafted_as_that_of_version_2(aws: World) -> None:
    old = changed(event(order_placed(), "event-1"), '"version":"2.0"', '"version":"1.0"')
    old = changed(old, '"unitPrice":7995', '"unitPrice":79.95')
    old = changed(old, ":15990,", ":159.90,")
    assert issue(old, event(order_placed(), "event-1")) == []
    (draft,) = asked(aws)
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
def test_only_the_bad_record_of_a_batch_is_named(aws: World, bad: str) -> None:
    assert issue(order_placed("order-2"), bad, order_placed("order-3")) == ["message-1"]
    assert [draft["orderId"] for draft in asked(aws)] == ["order-2", "order-3"]


def test_a_record_that_aws_failed_is_named_and_done_the_next_time(aws: World, calls: Calls) -> None:
    calls.refuse("SendMessage", throttled("SendMessage"))
    records = (order_placed("order-1"), order_placed("order-2"))
    assert issue(*records) == ["message-0"]
    assert issue(*records) == []
    assert sorted(str(draft["orderId"]) for draft in asked(aws)) == ["order-1", "order-2"]
