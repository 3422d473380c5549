"""Totals and tax: integers, to the minor unit."""

from fractions import Fraction
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from contracts.language.types import MAX_MINOR, Location
from contracts.orders import OrderLine
from eventing.events import decode
from invoicing.document import decimal
from invoicing.invoice import JURISDICTIONS, InconsistentOrder, draft, tax_on
from tests.unit.messages import event
from tests.unit.orders.published import order_placed

SOME_EVENT = decode(event(order_placed()))
NET = st.integers(0, MAX_MINOR)
RATE = st.integers(0, 10_000)
LINES = st.lists(
    st.builds(
        OrderLine,
        sku=st.just("sku"),
        quantity=st.integers(1, 10_000),
        unit_price=st.integers(0, 100_000_000),
    ),
    min_size=1,
)


@given(NET, RATE)
def test_tax_is_the_exact_tax_with_half_a_cent_rounded_up(net: int, rate: int) -> None:
    tax, exact = tax_on(net, rate), Fraction(net * rate, 10_000)
    assert type(tax) is int
    assert -Fraction(1, 2) < tax - exact <= Fraction(1, 2)


@given(NET, RATE)
def test_tax_is_between_nothing_and_the_whole(net: int, rate: int) -> None:
    assert 0 <= tax_on(net, rate) <= net


@given(NET, NET, RATE)
def test_tax_on_more_is_no_less(one: int, other: int, rate: int) -> None:
    assert tax_on(min(one, other), rate) <= tax_on(max(one, other), rate)


@given(NET, RATE, RATE)
def test_tax_at_a_higher_rate_is_no_less(net: int, one: int, other: int) -> None:
    assert tax_on(net, min(one, other)) <= tax_on(net, max(one, other))


@pytest.mark.parametrize(
    ("net", "rate", "tax"), [(2, 2_500, 1), (1, 2_500, 0), (15_990, 2_300, 3_678), (0, 725, 0)]
)
def test_tax_of_known_amounts(net: int, rate: int, tax: int) -> None:
    assert tax_on(net, rate) == tax


def test_every_location_has_a_jurisdiction_with_a_rate() -> None:
    assert set(JURISDICTIONS) == set(get_args(Location))
    assert all(0 < jurisdiction.tax_rate < 10_000 for jurisdiction in JURISDICTIONS.values())
    assert len({jurisdiction.name for jurisdiction in JURISDICTIONS.values()}) == 4


@given(LINES, st.sampled_from(get_args(Location)))
def test_a_draft_adds_up(lines: list[OrderLine], location: Location) -> None:
    made = draft(order_placed(location=location, lines=lines), SOME_EVENT)
    assert made.net == sum(line.quantity * line.unit_price for line in lines)
    assert made.total == made.net + made.tax
    assert made.tax == tax_on(made.net, JURISDICTIONS[location].tax_rate)


@given(LINES, st.integers().filter(bool))
def test_an_order_whose_total_is_not_its_lines_is_refused(
    lines: list[OrderLine], error: int
) -> None:
    order = order_placed(lines=lines)
    wrong = replace(order, total=order.total + error)
    with pytest.raises(InconsistentOrder, match=f"total {wrong.total}, lines sum to {order.total}"):
        draft(wrong, SOME_EVENT)


@given(NET)
def test_a_printed_amount_is_exact(net: int) -> None:
    major, _, minor = decimal(net).partition(".")
    assert (len(minor), int(major) * 100 + int(minor)) == (2, net)
