"""`number_invoice`: a batch of requests becomes invoices and credit notes without gaps."""

from typing import Any

import pytest

from contracts.language.types import Location
from eventing.events import decode
from invoicing import invoice
from tests.unit.calls import Calls, throttled, transaction_cancelled
from tests.unit.clients import client
from tests.unit.conftest import Lines
from tests.unit.messages import changed, event
from tests.unit.orders.published import order_cancelled, order_placed
from tests.unit.world import World


def issue(order_id: str = "order-1", location: Location = "eu-west") -> str:
    return invoice.encode(invoice.request_for(decode(event(order_placed(order_id, location)))))


def void(order_id: str = "order-1", location: Location = "eu-west") -> str:
    return invoice.encode(invoice.request_for(decode(event(order_cancelled(order_id, location)))))


def number(world: World, *bodies: str) -> list[str]:
    return world.consume("number_invoice", *bodies)


def counters(world: World, jurisdiction: str) -> tuple[int, int]:
    """The last number of an invoice and of a credit note in a jurisdiction."""
    counted = world.by_id("COUNTERS")[jurisdiction]
    return counted["invoices"], counted["creditNotes"]


def numbers(world: World) -> list[str]:
    return sorted(book["invoiceNumber"] for book in world.by_id("INVOICE").values())


def test_an_order_gets_an_invoice_and_its_event(world: World) -> None:
    assert number(world, issue()) == []
    book = world.by_id("INVOICE")["order-1"]
    assert (book["invoiceNumber"], book["draft"]["total"]) == ("IE-000001", 19_668)
    (event,) = world.outbox("InvoiceIssued")
    assert event["data"] == {
        "orderId": "order-1",
        "customerId": "customer-7",
        "location": "eu-west",
        "jurisdiction": "IE",
        "invoiceNumber": "IE-000001",
        "net": 15_990,
        "tax": 3_678,
        "total": 19_668,
        "currency": "EUR",
    }
    metadata = event["metadata"]
    assert (metadata["subject"], metadata["correlationId"]) == ("order-1", "request-of-order-1")
    assert metadata["causationId"] == "OrderPlaced-order-1"


@pytest.mark.parametrize("order_ids", [["order-1"], ["order-1", "order-2"]])
def test_each_line_of_log_names_the_event_that_led_to_it(
    world: World, lines: Lines, order_ids: list[str]
) -> None:
    assert number(world, *map(issue, order_ids)) == []
    told = [line for line in lines() if line["message"] == "InvoiceIssued"]
    assert [line["event_id"] for line in told] == [f"OrderPlaced-{id}" for id in order_ids]
    assert [line["correlation_id"] for line in told] == [f"request-of-{id}" for id in order_ids]


def test_a_request_that_fails_is_logged_with_its_event(
    world: World, calls: Calls, lines: Lines
) -> None:
    calls.refuse("TransactWriteItems", throttled("TransactWriteItems"))
    assert number(world, issue()) == ["message-0"]
    failed = [line for line in lines() if line["level"] == "ERROR"]
    assert {line["message"] for line in failed} > {"not consumed", "tried again later"}
    assert {line["event_id"] for line in failed} == {"OrderPlaced-order-1"}


def test_a_cancellation_gets_a_credit_note_with_a_number_of_its_own(world: World) -> None:
    assert number(world, issue(), issue("order-2"), void("order-2")) == []
    assert world.by_id("INVOICE")["order-2"]["creditNoteNumber"] == "IE-CN-000001"
    (event,) = world.outbox("InvoiceVoided")
    assert event["data"]["invoiceNumber"] == world.by_id("INVOICE")["order-2"]["invoiceNumber"]
    assert event["metadata"]["causationId"] == "OrderCancelled-order-2"
    assert counters(world, "IE") == (2, 1)


def test_a_whole_batch_of_a_jurisdiction_is_one_read_and_one_transaction(
    world: World, calls: Calls
) -> None:
    assert number(world, *(issue(f"order-{n}") for n in range(10))) == []
    assert [operation for operation, _ in calls.made] == ["BatchGetItem", "TransactWriteItems"]
    assert numbers(world) == [f"IE-{n:06d}" for n in range(1, 11)]


def test_numbers_go_on_from_batch_to_batch(world: World) -> None:
    for n in range(3):
        assert number(world, issue(f"order-{n}")) == []
    assert numbers(world) == ["IE-000001", "IE-000002", "IE-000003"]


def test_each_jurisdiction_counts_for_itself(world: World) -> None:
    assert number(world, issue("order-1"), issue("order-2", "us-east"), issue("order-3")) == []
    assert numbers(world) == ["IE-000001", "IE-000002", "US-NY-000001"]


def test_the_same_request_twice_is_numbered_once(world: World, calls: Calls) -> None:
    assert number(world, issue(), issue()) == []
    assert number(world, issue()) == []
    assert number(world, void(), void()) == []
    assert number(world, void(), issue()) == []
    assert counters(world, "IE") == (1, 1)
    assert len(world.outbox()) == 2
    assert len(calls.of("TransactWriteItems")) == 2


@pytest.mark.parametrize("at_once", [True, False])
def test_a_cancellation_that_comes_first_waits_for_its_order(world: World, at_once: bool) -> None:
    if at_once:
        assert number(world, void(), issue()) == []
    else:
        assert number(world, void()) == []
        assert world.outbox() == []
        assert number(world, issue()) == []
    book = world.by_id("INVOICE")["order-1"]
    assert (book["invoiceNumber"], book["creditNoteNumber"]) == ("IE-000001", "IE-CN-000001")
    assert len(world.outbox("InvoiceIssued")) == len(world.outbox("InvoiceVoided")) == 1


@pytest.mark.parametrize(
    "bad",
    [
        "no JSON",
        "{}",
        "[" * 100_000,
        '{"type": "issue", "note": ' + "[" * 100_000,
        '{"type": "refund", "orderId": "order-9"}',
        changed(issue("order-9"), '"total":19668', '"total":"much"'),
        changed(issue("order-9"), '"net":15990', '"net":1' + "0" * 50),
        changed(void("order-9"), "order-9", ""),
        changed(void("order-9"), "order-9", "9" * 3_000),
    ],
)
def test_only_the_bad_message_of_a_batch_is_set_aside(world: World, bad: str) -> None:
    assert number(world, issue("order-1"), bad, issue("order-2")) == []
    (dead,) = world.dead_letters("number_invoice")
    assert (dead.body, dead.error_type) == (bad, "UnreadableRequest")
    assert numbers(world) == ["IE-000001", "IE-000002"]


def test_a_jurisdiction_that_aws_failed_is_named_and_leaves_no_gap(
    world: World, calls: Calls
) -> None:
    records = (issue("order-1"), issue("order-2", "us-east"), issue("order-3"))
    calls.refuse("TransactWriteItems", throttled("TransactWriteItems"), times=3)
    assert number(world, *records) == ["message-0", "message-2"]
    assert numbers(world) == ["US-NY-000001"]
    assert number(world, *records) == []
    assert numbers(world) == ["IE-000001", "IE-000002", "US-NY-000001"]


def test_a_batch_that_fails_is_numbered_one_by_one(world: World, calls: Calls) -> None:
    calls.refuse("TransactWriteItems", throttled("TransactWriteItems"))
    assert number(world, *(issue(f"order-{n}") for n in range(3))) == []
    assert numbers(world) == ["IE-000001", "IE-000002", "IE-000003"]
    assert len(calls.of("TransactWriteItems")) == 4


def test_one_that_fails_alone_does_not_hold_up_the_others_of_its_group(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    dynamo = client("dynamodb")
    write = dynamo.transact_write_items

    def unless_of_order_1(TransactItems: list[dict[str, Any]]) -> object:
        keys = [one["Put"]["Item"]["pk"]["S"] for one in TransactItems]
        if "INVOICE#order-1" in keys:
            raise throttled("TransactWriteItems")
        return write(TransactItems=TransactItems)

    with monkeypatch.context() as patch:
        patch.setattr(dynamo, "transact_write_items", unless_of_order_1)
        assert number(world, *(issue(f"order-{n}") for n in range(3))) == ["message-1"]
    assert numbers(world) == ["IE-000001", "IE-000002"]
    assert world.dead_letters("number_invoice") == []
    assert number(world, issue("order-1")) == []
    assert numbers(world) == ["IE-000001", "IE-000002", "IE-000003"]


def test_a_second_writer_that_comes_in_between_takes_no_number_twice(
    world: World, calls: Calls
) -> None:
    calls.overtake("TransactWriteItems", lambda: number(world, issue("order-2")))
    assert number(world, issue("order-1")) == []
    assert numbers(world) == ["IE-000001", "IE-000002"]
    assert counters(world, "IE") == (2, 0)


def test_a_transaction_that_met_another_is_tried_again(world: World, calls: Calls) -> None:
    calls.refuse("TransactWriteItems", transaction_cancelled("TransactionConflict"), times=2)
    assert number(world, issue()) == []
    assert numbers(world) == ["IE-000001"]


def test_keys_that_dynamodb_left_unread_are_read_again(
    world: World, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    number(world, issue("order-1"))
    dynamo, table = client("dynamodb"), world.table.name
    read = dynamo.batch_get_item
    answers: list[int] = []

    def one_key_at_a_time(RequestItems: dict[str, dict[str, list[object]]]) -> dict[str, object]:
        asked = RequestItems[table]
        first, later = asked["Keys"][:1], asked["Keys"][1:]
        answers.append(len(later))
        unread = {table: asked | {"Keys": later}} if later else {}
        answer: dict[str, object] = read(RequestItems={table: asked | {"Keys": first}})
        return answer | {"UnprocessedKeys": unread}

    monkeypatch.setattr(dynamo, "batch_get_item", one_key_at_a_time)
    assert number(world, issue("order-1"), issue("order-2")) == []
    assert answers == [2, 1, 0]
    assert numbers(world) == ["IE-000001", "IE-000002"]
    assert len(calls.of("BatchGetItem")) == 4
