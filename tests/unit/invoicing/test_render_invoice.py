"""`render_invoice`: an invoice or credit note becomes a document, and its place is announced."""

import json
from typing import Any

import pytest
from msgspec.structs import replace

from contracts.language.types import Contract
from contracts.orders import OrderLine
from eventing.events import decode
from invoicing import document, invoice
from invoicing.numbering import Invoice
from tests.unit.calls import Calls, throttled
from tests.unit.clients import client
from tests.unit.invoicing.published import invoice_issued, invoice_voided
from tests.unit.messages import AT, changed, event
from tests.unit.orders.published import order_cancelled, order_placed
from tests.unit.world import World

ARCHIVE = "eu-archive"
KEY = "invoices/eu-west/IE-000001.html"
CREDIT_NOTE = "credit-notes/eu-west/IE-CN-000001.html"


def number(world: World, *data: Contract) -> None:
    requests = [invoice.request_for(decode(event(one))) for one in data]
    world.consume("number_invoice", *map(invoice.encode, requests))


def render(world: World, *bodies: str | Contract) -> list[str]:
    return world.consume("render_invoice", *bodies)


def announced(world: World) -> list[str]:
    return [json.loads(body)["number"] for body in world.messages(ARCHIVE)]


@pytest.fixture
def issued(world: World) -> World:
    number(world, order_placed())
    return world


def test_an_invoice_becomes_a_document_that_a_person_can_read(issued: World) -> None:
    assert render(issued, invoice_issued()) == []
    page = issued.documents()[KEY]
    for text in ("Invoice IE-000001", "keyboard", "79.95", "159.90", "IE, 23.00 %", "36.78 EUR"):
        assert text in page
    assert "<strong>Total 196.68 EUR</strong>" in page


def test_the_place_of_the_document_is_announced_with_its_location(
    issued: World, calls: Calls
) -> None:
    assert render(issued, event(invoice_issued(), "event-7")) == []
    (body,) = issued.messages(ARCHIVE)
    (bucket,) = map(issued.domain.name, issued.domain.of("AWS::S3::Bucket"))
    assert json.loads(body) == {
        "id": "event-7",
        "number": "IE-000001",
        "bucket": bucket,
        "key": KEY,
    }
    (sent,) = calls.of("PublishBatch")
    (entry,) = sent["PublishBatchRequestEntries"]
    assert entry["MessageAttributes"]["location"]["StringValue"] == "eu-west"


def test_the_documents_of_a_batch_are_there_before_they_are_announced_in_one_call(
    issued: World, calls: Calls
) -> None:
    number(issued, order_cancelled())
    calls.forget()
    assert render(issued, invoice_issued(), invoice_voided()) == []
    made = [operation for operation, _ in calls.made]
    assert made == ["BatchGetItem", "PutObject", "PutObject", "PublishBatch"]


def test_the_same_record_twice_writes_the_same_document(issued: World) -> None:
    assert render(issued, invoice_issued()) == []
    first = issued.documents()
    assert render(issued, invoice_issued()) == []
    assert issued.documents() == first
    once, again = issued.messages(ARCHIVE)
    assert once == again


def test_an_invoice_voided_before_it_is_rendered_has_the_same_document(issued: World) -> None:
    assert render(issued, invoice_issued()) == []
    first = issued.documents()
    number(issued, order_cancelled())
    assert issued.by_id("INVOICE")["order-1"]["creditNoteNumber"] == "IE-CN-000001"
    assert render(issued, invoice_issued()) == []
    assert issued.documents() == first


@pytest.mark.parametrize(
    "bad",
    [
        "no JSON",
        event(order_placed()),
        changed(event(invoice_issued()), '"total":19668', '"total":-1'),
    ],
)
def test_only_the_bad_record_of_a_batch_is_set_aside(issued: World, bad: str) -> None:
    assert render(issued, bad, invoice_issued()) == []
    assert [one.body for one in issued.dead_letters("render_invoice")] == [bad]
    assert list(issued.documents()) == [KEY]
    assert announced(issued) == ["IE-000001"]


@pytest.mark.parametrize("early", [invoice_issued("order-2"), invoice_voided()])
def test_what_the_books_do_not_have_yet_comes_again(issued: World, early: Contract) -> None:
    assert render(issued, early, invoice_issued()) == ["message-0"]
    assert list(issued.documents()) == [KEY]
    assert issued.dead_letters("render_invoice") == []


def test_an_invoice_whose_order_is_not_there_yet_is_not_rendered(world: World) -> None:
    number(world, order_cancelled())
    assert render(world, invoice_issued()) == ["message-0"]
    assert world.documents() == {}


def test_a_credit_note_becomes_a_document_of_its_own_that_takes_the_invoice_back(
    issued: World,
) -> None:
    number(issued, order_cancelled())
    assert render(issued, invoice_issued(), invoice_voided()) == []
    assert set(issued.documents()) == {KEY, CREDIT_NOTE}
    page = issued.documents()[CREDIT_NOTE]
    assert "<h1>Credit note IE-CN-000001</h1>" in page
    assert "Takes back invoice IE-000001 in full" in page
    for text in ("keyboard", ">-159.90<", "Net -159.90 EUR", "-36.78 EUR", "Total -196.68 EUR"):
        assert text in page
    assert "Takes back" not in issued.documents()[KEY]
    assert sorted(announced(issued)) == ["IE-000001", "IE-CN-000001"]


@pytest.mark.parametrize("operation", ["PutObject", "PublishBatch"])
def test_a_record_that_aws_failed_is_named_and_done_the_next_time(
    issued: World, calls: Calls, operation: str
) -> None:
    calls.refuse(operation, throttled(operation))
    assert render(issued, invoice_issued()) == ["message-0"]
    assert announced(issued) == []
    assert render(issued, invoice_issued()) == []
    assert announced(issued) == ["IE-000001"]


def test_only_the_record_whose_announcement_is_refused_comes_again(
    issued: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    number(issued, order_cancelled())
    publish = client("sns").publish_batch

    def refuses_the_second(**call: Any) -> Any:
        first, second = call.pop("PublishBatchRequestEntries")
        publish(PublishBatchRequestEntries=[first], **call)
        return {"Failed": [{"Id": second["Id"], "Code": "InternalError"}]}

    with monkeypatch.context() as patch:
        patch.setattr(client("sns"), "publish_batch", refuses_the_second)
        assert render(issued, invoice_issued(), invoice_voided()) == ["message-1"]
    assert announced(issued) == ["IE-000001"]
    assert render(issued, invoice_voided()) == []
    assert announced(issued) == ["IE-CN-000001"]


def test_nothing_that_an_order_says_becomes_markup() -> None:
    line = OrderLine(sku="<script>", quantity=1, unit_price=5)
    order = replace(order_placed(), customer_id='"><b>', lines=[line], total=5)
    draft = invoice.draft(order, decode(event(order_placed())))
    book = Invoice(
        order_id="order-1",
        jurisdiction="IE",
        draft=draft,
        invoice_number="IE-000001",
        issued_at=AT,
    )
    page = document.render(book, invoice_issued())
    assert "<script>" not in page
    assert "<b>" not in page
    assert "0.05" in page
    assert "issued 2026-11-23<" in page
