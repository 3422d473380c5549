"""The rules of a restore: who keeps which number, where the counters go on, what is missing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from business.restore import rules
from business.restore.rules import Announcement, Numbers, Sequence
from contracts.orders import OrderCancelled, OrderPlaced
from eventing.events import decode, detail_json, new_event
from invoicing import numbering
from invoicing.invoice import Cancellation, Draft, draft
from invoicing.store import COUNTERS, INVOICES
from tests.unit.golden import golden

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
IE = Sequence("IE", "invoices")
NOTES = Sequence("IE", "creditNotes")


def issued(order_id: str, number: int, minute: int = 0) -> Announcement:
    at = NOON + timedelta(minutes=minute)
    return Announcement(order_id, "IE", "invoiceNumber", f"IE-{number:06d}", at)


def voided(order_id: str, number: int) -> Announcement:
    return Announcement(order_id, "IE", "creditNoteNumber", f"IE-CN-{number:06d}", NOON)


def table(counted: int, **numbers: int) -> Numbers:
    """A table in which these orders have these numbers, and so many invoices were counted."""
    return Numbers(
        {order_id: {"invoiceNumber": f"IE-{number:06d}"} for order_id, number in numbers.items()},
        {IE: counted, NOTES: 0},
    )


def test_what_was_announced_after_the_point_in_time_stays_with_its_order() -> None:
    made = rules.plan(table(2, a=1, b=2), [issued("b", 2), issued("c", 3), voided("a", 1)])

    assert made.adopted == {"c": [issued("c", 3)], "a": [voided("a", 1)]}
    assert made.counters == {IE: 3, NOTES: 1}
    assert made.contradictions == []


def test_counters_go_on_after_the_last_number_that_was_given_or_announced() -> None:
    assert rules.plan(table(9, a=1), []).counters[IE] == 9
    assert rules.plan(table(1, a=1, b=7), []).counters[IE] == 7
    assert rules.plan(table(1, a=1), [issued("b", 12)]).counters[IE] == 12
    assert rules.plan(Numbers(), [issued("b", 1_000_000)]).counters == {IE: 1_000_000}


def test_an_announcement_that_comes_twice_says_no_more_than_once() -> None:
    once = rules.plan(table(0), [issued("a", 1)])
    assert rules.plan(table(0), [issued("a", 1), issued("a", 1)]) == once


def test_of_an_order_that_was_announced_two_numbers_the_first_holds_and_a_person_is_told() -> None:
    made = rules.plan(table(0), [issued("a", 2, minute=5), issued("a", 1)])

    assert made.adopted == {"a": [issued("a", 1)]}
    assert made.counters[IE] == 2
    assert made.contradictions == [
        "the order a has IE-000001, and IE-000002 was announced for it at 2026-11-23T12:05:00Z"
    ]


def test_a_number_that_was_announced_for_two_orders_is_told_and_kept_by_both() -> None:
    made = rules.plan(table(1, a=1), [issued("b", 1)])

    assert made.adopted == {"b": [issued("b", 1)]}
    assert made.contradictions == ["IE-000001 was announced for the orders a and b"]
    assert rules.wrong(table(1, a=1, b=1), made) == []


@pytest.mark.parametrize(
    ("restored", "announced", "missing"),
    [
        (table(2, a=1, b=2), [issued("c", 3)], []),
        (table(2, a=1, b=2), [issued("d", 5)], ["IE-000003", "IE-000004"]),
        # What the table had counted before is settled, whatever became of it.
        (table(2, b=2), [issued("c", 3)], []),
        # At the edge of the point in time, a counter may be there without its invoice, or this
        # without the counter.
        (table(3, a=1, b=2), [issued("c", 3)], []),
        (table(1, a=1, b=2), [issued("c", 3)], []),
        (table(0), [voided("a", 2)], ["IE-CN-000001"]),
    ],
)
def test_a_hole_in_the_numbers_is_an_announcement_that_was_not_found(
    restored: Numbers, announced: list[Announcement], missing: list[str]
) -> None:
    assert rules.missing(restored, announced) == missing


def test_a_number_that_somebody_has_seen_and_nobody_announced_is_told() -> None:
    seen = {"IE-000001": "is shown by the order a", "IE-000009": "is shown by the order z"}
    assert rules.unexplained(table(1, a=1), [], seen) == ["IE-000009 is shown by the order z"]
    assert rules.unexplained(table(1, a=1), [issued("z", 9)], seen) == []


def test_the_table_itself_is_asked_which_numbers_it_gave() -> None:
    last = {IE: 3}
    assert rules.witnessed(table(3, a=1), last) == {"IE-000001": "is in the table for the order a"}
    assert rules.witnessed(table(5), last) == {
        "IE-000005": "is where a counter of the table stands"
    }


@pytest.mark.parametrize("number", ["", "IE", "IE-1", "000001", "IE-CN"])
def test_what_is_no_number_is_refused(number: str) -> None:
    with pytest.raises(ValueError, match="expected such as IE-000001"):
        rules.count(number)


def test_the_numbers_are_those_that_invoicing_gives() -> None:
    first = some_draft("a")
    cancellation = Cancellation(**about(first))
    given = numbering.number([first, cancellation], {}, numbering.Counters(), NOON)
    numbers = [rules.announcement(one.detail_type, detail_json(one)) for one in given.events]

    jurisdiction = first.jurisdiction
    assert [one and rules.count(one.number) for one in numbers] == [
        (Sequence(jurisdiction, "invoices"), 1),
        (Sequence(jurisdiction, "creditNotes"), 1),
    ]
    assert [one and (one.order_id, one.field, one.at) for one in numbers] == [
        ("a", "invoiceNumber", NOON),
        ("a", "creditNoteNumber", NOON),
    ]


def test_an_event_that_tells_no_number_announces_nothing() -> None:
    event = new_event(
        OrderCancelled(order_id="a", location="eu-west"),
        subject="a",
        correlation_id="c",
        causation_id="c",
        at=NOON,
    )
    assert rules.announcement(event.detail_type, detail_json(event)) is None


@pytest.mark.parametrize("cancelled", [False, True])
def test_an_order_that_comes_again_is_not_numbered_anew(cancelled: bool) -> None:
    again = some_draft("a")
    requests: list[Draft | Cancellation] = [again]
    given = numbering.number([again], {}, numbering.Counters(), NOON)
    if cancelled:
        requests.append(Cancellation(**about(again)))
        given = numbering.number(requests, {}, numbering.Counters(), NOON)
    told = [rules.announcement(one.detail_type, detail_json(one)) for one in given.events]
    adopted = msgspec.convert(
        rules.with_numbers(None, [one for one in told if one]), INVOICES.model
    )

    numbered = numbering.number(requests, {"a": adopted}, numbering.Counters(7, 7), NOON)

    assert numbered.events == []
    assert numbered.counters == numbering.Counters(7, 7)
    assert numbered.invoices == given.invoices


def test_an_invoice_that_is_there_keeps_all_else() -> None:
    there = {"pk": "INVOICE#a", "orderId": "a", "jurisdiction": "IE", "invoiceNumber": "IE-000001"}
    made = rules.with_numbers(there, [voided("a", 1)])
    assert made == there | {
        "creditNoteNumber": "IE-CN-000001",
        "voidedAt": NOON.isoformat(),
    }


def test_an_order_that_was_only_known_is_awaited_no_more_once_it_has_its_number() -> None:
    known = numbering.Invoice(order_id="a", jurisdiction="IE", awaited_since=NOON)
    made = rules.with_numbers(msgspec.to_builtins(known), [issued("a", 1)])
    assert msgspec.convert(made, INVOICES.model).awaited_since is None
    assert made["invoiceNumber"] == "IE-000001"


def test_the_counters_are_read_as_those_of_invoicing() -> None:
    [item] = rules.counters(rules.plan(table(0), [issued("a", 4), voided("a", 2)]))
    assert item["pk"] == COUNTERS.key("IE")
    assert msgspec.convert(item, COUNTERS.model) == numbering.Counters(4, 2)


def test_a_table_that_is_not_as_planned_is_told() -> None:
    made = rules.plan(table(1, a=1), [issued("b", 2), issued("c", 3)])
    assert rules.wrong(table(3, a=1, b=2, c=3), made) == []
    assert rules.wrong(table(2, a=1, b=2, c=2), made) == [
        "the order c has IE-000002, announced was IE-000003",
        "the counter of IE-000003 stands at 2",
        "IE-000002 is given twice",
    ]


def test_an_invoice_tells_since_when_its_first_event_was_on_its_way() -> None:
    early, late = "2026-11-23T11:00:00Z", "2026-11-23T12:00:00+00:00"
    item = {"draft": {"occurredAt": late}, "cancellation": {"occurredAt": early}}
    assert rules.told_at(item) == NOON - timedelta(hours=1)
    assert rules.told_at({"draft": None, "invoices": 4}) is None
    for spoiled in ("spoiled", "2026-11-23T12:00:00", 7):
        assert rules.told_at({"draft": {"occurredAt": spoiled}}) is None


def some_draft(order_id: str) -> Draft:
    event = decode(golden("OrderPlaced", subject=order_id))
    assert isinstance(event.data, OrderPlaced)
    return draft(msgspec.structs.replace(event.data, order_id=order_id), event)


def about(made: Draft) -> dict[str, Any]:
    """What a cancellation of the same order says of it."""
    return {
        "order_id": made.order_id,
        "jurisdiction": made.jurisdiction,
        "correlation_id": made.correlation_id,
        "causation_id": made.causation_id,
        "occurred_at": made.occurred_at,
    }
