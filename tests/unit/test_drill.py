"""What a drill is made of, and what is said of how it came out."""

from dataclasses import replace

import pytest

from business.books import Books
from business.drill.customers import drawn
from business.drill.outcome import Outcome
from business.drill.run import clock, duration
from business.lake_books import LakeBooks

WELL = Outcome(
    Books(
        orders=2, invoices=2, shipments=1, withdrawn=1, tickets=0, on_hold=0,
        lost=0, duplicated=0, gaps=0, strays=0,
    ),
    LakeBooks(events=9, units=4, lost=0, duplicated=0, strays=0),
    left={},
    wrong=[],
    lost=0,
)  # fmt: skip


def test_the_same_seed_has_the_same_customers_come_in_the_order_of_their_time() -> None:
    customers = drawn(7, 60.0, 100)
    assert customers == drawn(7, 60.0, 100)
    assert customers != drawn(8, 60.0, 100)
    times = [customer.at for customer in customers]
    assert times == sorted(times)
    assert 0 <= times[0] < times[-1] <= 60
    assert any(customer.cancels_after for customer in customers)
    assert any(customer.department for customer in customers)


def test_it_is_well_when_books_balance_and_nothing_waits() -> None:
    assert WELL.is_well
    assert WELL.line == "0 lost · 0 duplicated · no gaps · 0 stuck"


@pytest.mark.parametrize(
    ("outcome", "line"),
    [
        (
            replace(WELL, wrong=[("1", "is not there")], lost=1),
            "1 lost · 0 duplicated · no gaps · 0 stuck",
        ),
        (
            replace(WELL, books=replace(WELL.books, duplicated=1, gaps=2)),
            "0 lost · 1 duplicated · 2 gaps · 0 stuck",
        ),
        (
            replace(WELL, lake=replace(WELL.lake, duplicated=3, strays=1)),
            "0 lost · 3 duplicated · no gaps · 0 stuck · 1 of nobody",
        ),
        (
            replace(WELL, left={"a queue": 2, "outbox of a domain": 1}),
            "0 lost · 0 duplicated · no gaps · 3 stuck",
        ),
    ],
)
def test_what_is_not_well_is_counted(outcome: Outcome, line: str) -> None:
    assert not outcome.is_well
    assert outcome.line == line


def test_times_are_told_in_minutes_and_seconds() -> None:
    assert (clock(3.14), clock(119.96), clock(600.0)) == ("00:03.1", "02:00.0", "10:00.0")
    assert (duration(59.4), duration(124.0)) == ("59 s", "2 min 04 s")
