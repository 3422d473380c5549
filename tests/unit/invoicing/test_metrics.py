"""Invoices issued are counted, with the time since their order: each once, and no tests."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from contracts.language.types import Contract
from contracts.orders import TEST_CUSTOMER
from eventing.events import decode
from invoicing import invoice
from tests.unit.calls import Calls, throttled
from tests.unit.messages import AT, event
from tests.unit.metrics import counted
from tests.unit.orders.published import order_cancelled, order_placed
from tests.unit.world import World


def number(world: World, *data: Contract) -> list[str]:
    requests = [invoice.request_for(decode(event(one))) for one in data]
    return world.consume("number_invoice", *map(invoice.encode, requests))


def test_each_invoice_is_counted_with_the_seconds_since_its_order(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    before = datetime.now(UTC)
    assert number(world, order_placed("order-1"), order_placed("order-2", "us-east")) == []
    after = datetime.now(UTC)
    told = counted(capsys)
    assert told["InvoicesIssued"] == [1, 1]
    assert len(told["OrderToInvoice"]) == 2
    for seconds in told["OrderToInvoice"]:
        assert (before - AT).total_seconds() <= seconds <= (after - AT).total_seconds()


def test_a_repeat_or_a_cancellation_is_not_counted(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    number(world, order_placed(), order_placed())
    assert counted(capsys)["InvoicesIssued"] == [1]
    assert number(world, order_placed()) == []
    assert number(world, order_placed(), order_cancelled()) == []
    assert counted(capsys) == {}


def test_an_order_that_was_cancelled_first_is_counted_when_it_comes(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    number(world, order_cancelled())
    assert counted(capsys) == {}
    number(world, order_placed())
    assert counted(capsys)["InvoicesIssued"] == [1]


def test_a_batch_that_is_numbered_one_by_one_is_counted_once(
    world: World, calls: Calls, capsys: pytest.CaptureFixture[str]
) -> None:
    calls.refuse("TransactWriteItems", throttled("TransactWriteItems"))
    assert number(world, order_placed("order-1"), order_placed("order-2")) == []
    assert counted(capsys)["InvoicesIssued"] == [1, 1]


def test_an_invoice_of_the_test_customer_is_issued_and_not_counted(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert number(world, replace(order_placed(), customer_id=TEST_CUSTOMER)) == []
    assert len(world.outbox("InvoiceIssued")) == 1
    assert counted(capsys) == {}
