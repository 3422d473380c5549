"""`track_order`: an order follows its invoice and its credit note."""

import json

import pytest

from contracts.language.types import Contract
from tests.unit.calls import Calls, throttled
from tests.unit.handlers import cancel_order, place_order, track_order
from tests.unit.messages import (
    CONTEXT,
    PLACE_ORDER,
    answered,
    batch,
    changed,
    event,
    failed,
    invoice_issued,
    invoice_voided,
    order_placed,
    request,
)
from tests.unit.world import World


@pytest.fixture
def order_id(aws: World) -> str:  # noqa: ARG001
    _, answer = answered(place_order.handler(request(json.dumps(PLACE_ORDER)), CONTEXT))
    return str(answer["orderId"])


def track(*bodies: str | Contract) -> list[str]:
    return failed(track_order.handler(batch(*bodies), CONTEXT))


def seen(aws: World, order_id: str) -> tuple[str, str | None, str | None]:
    order = aws.orders()[order_id]
    return order["status"], order.get("invoiceNumber"), order.get("creditNoteNumber")


def test_an_issued_invoice_gives_the_order_its_number(aws: World, order_id: str) -> None:
    assert track(invoice_issued(order_id)) == []
    assert seen(aws, order_id) == ("INVOICED", "IE-000001", None)


def test_a_credit_note_cancels_the_order(aws: World, order_id: str) -> None:
    assert track(invoice_issued(order_id), invoice_voided(order_id)) == []
    assert seen(aws, order_id) == ("CANCELLED", "IE-000001", "IE-CN-000001")


def test_the_credit_note_may_come_before_the_invoice(aws: World, order_id: str) -> None:
    for later_first in (invoice_voided(order_id), invoice_issued(order_id)):
        assert track(later_first) == []
    assert seen(aws, order_id) == ("CANCELLED", "IE-000001", "IE-CN-000001")


def test_the_same_record_twice_writes_once(aws: World, calls: Calls, order_id: str) -> None:
    calls.forget()
    assert track(invoice_issued(order_id), invoice_issued(order_id)) == []
    assert track(invoice_issued(order_id)) == []
    assert seen(aws, order_id) == ("INVOICED", "IE-000001", None)
    assert len(calls.of("TransactWriteItems")) == 1


def test_an_invoice_of_a_cancelled_order_leaves_it_cancelled(aws: World, order_id: str) -> None:
    cancel_order.handler(request(id=order_id), CONTEXT)
    assert track(invoice_issued(order_id)) == []
    assert seen(aws, order_id) == ("CANCELLED", "IE-000001", None)


def test_a_cancellation_that_comes_in_between_stays(
    aws: World, calls: Calls, order_id: str
) -> None:
    calls.overtake(
        "TransactWriteItems", lambda: cancel_order.handler(request(id=order_id), CONTEXT)
    )
    assert track(invoice_issued(order_id)) == []
    assert seen(aws, order_id) == ("CANCELLED", "IE-000001", None)


def test_following_publishes_nothing(aws: World, order_id: str) -> None:
    track(invoice_issued(order_id), invoice_voided(order_id))
    assert len(aws.outbox()) == 1


def test_a_second_invoice_is_refused_and_changes_nothing(aws: World, order_id: str) -> None:
    track(invoice_issued(order_id))
    assert track(invoice_issued(order_id, "IE-000002")) == ["message-0"]
    assert seen(aws, order_id) == ("INVOICED", "IE-000001", None)


@pytest.mark.parametrize(
    "bad",
    [
        "no JSON",
        "",
        "{}",
        "[" * 100_000,
        changed(event(invoice_issued()), '"version":"1.0"', '"version":"9.0"'),
        changed(event(invoice_issued()), "InvoiceIssued", "InvoiceLost"),
        changed(event(invoice_issued()), '"net":15990', '"net":"a lot"'),
        event(invoice_issued("nobody-placed-this")),
        event(order_placed()),
    ],
)
def test_only_the_bad_record_of_a_batch_is_named(aws: World, order_id: str, bad: str) -> None:
    assert track(bad, invoice_issued(order_id), bad) == ["message-0", "message-2"]
    assert seen(aws, order_id) == ("INVOICED", "IE-000001", None)


def test_a_batch_of_bad_records_names_them_all(aws: World) -> None:  # noqa: ARG001
    assert track("bad", "worse") == ["message-0", "message-1"]


def test_a_record_that_aws_failed_is_named_and_done_the_next_time(
    aws: World, calls: Calls, order_id: str
) -> None:
    calls.refuse("TransactWriteItems", throttled("TransactWriteItems"))
    assert track(invoice_issued(order_id)) == ["message-0"]
    assert seen(aws, order_id) == ("PLACED", None, None)
    assert track(invoice_issued(order_id)) == []
    assert seen(aws, order_id) == ("INVOICED", "IE-000001", None)
