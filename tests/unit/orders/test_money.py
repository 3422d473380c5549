"""Money of version 1.0, as decimals, becomes integers in minor units."""

import json
import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.language.types import MAX_MINOR
from contracts.orders import (
    MAX_UNIT_PRICE,
    OrderLineV1,
    OrderPlaced,
    OrderPlacedV1,
    minor_units,
    upcast_order_placed,
)
from eventing.events import UnreadableEvent, decode
from tests.unit.messages import event
from tests.unit.orders.published import order_placed

CENTS = st.integers(0, MAX_MINOR)


def written(cents: int) -> str:
    """Cents as the decimal that a person writes."""
    return f"{cents // 100}.{cents % 100:02d}"


def version_1(unit_price: str, total: str, quantity: int = 1) -> str:
    """An event of version 1.0 whose amounts stand on the wire as given."""
    wire: dict[str, Any] = json.loads(event(order_placed()))
    wire["detail"]["metadata"]["version"] = "1.0"
    data = wire["detail"]["data"]
    data["lines"] = [{"sku": "s", "quantity": quantity, "unitPrice": "UNIT"}]
    data["total"] = "TOTAL"
    return json.dumps(wire).replace('"UNIT"', unit_price).replace('"TOTAL"', total)


@given(CENTS)
def test_an_amount_of_whole_cents_is_exact(cents: int) -> None:
    assert minor_units(Decimal(written(cents))) == cents


@given(CENTS, st.integers(0, 40))
def test_zeros_at_the_end_change_nothing(cents: int, zeros: int) -> None:
    assert minor_units(Decimal(written(cents) + "0" * zeros)) == cents


@given(st.integers(0, MAX_UNIT_PRICE), CENTS)
def test_amounts_on_the_wire_are_exact(price: int, total: int) -> None:
    data = decode(version_1(written(price), written(total))).data
    assert isinstance(data, OrderPlaced)
    assert (data.lines[0].unit_price, data.total) == (price, total)


@given(st.decimals(0, 10**13, allow_nan=False), st.integers(1, 30))
def test_a_fraction_of_a_cent_is_refused(amount: Decimal, digits: int) -> None:
    fraction = Decimal(f"{int(amount)}.00{'0' * (digits - 1)}1")
    with pytest.raises(ValueError, match="at most two decimals"):
        minor_units(fraction)


@given(st.decimals(max_value=-1, allow_nan=False))
def test_a_negative_amount_is_refused(amount: Decimal) -> None:
    with pytest.raises(ValueError, match="expected 0 to"):
        minor_units(amount)


@given(st.integers(MAX_MINOR + 1, 10**40))
def test_an_amount_that_is_too_large_is_refused(cents: int) -> None:
    with pytest.raises(ValueError, match=f"expected 0 to {MAX_MINOR} cents"):
        minor_units(Decimal(written(cents)))


@pytest.mark.parametrize("amount", ["NaN", "sNaN", "Infinity", "-Infinity", "1E+999999"])
def test_what_is_no_amount_is_refused(amount: str) -> None:
    with pytest.raises(ValueError, match=f"{re.escape(amount)}: expected 0 to"):
        minor_units(Decimal(amount))


@pytest.mark.parametrize(
    ("price", "total"),
    [
        ("0.005", "0.01"),
        ("0.01", "0.0100000000000000000000000000000000001"),
        ("-1", "1"),
        ("1000000.01", "1000000.01"),
        ('"NaN"', "1"),
        ("1E+300", "1"),
        ("1", "1e-9999"),
    ],
)
def test_an_event_with_a_bad_amount_is_unreadable(price: str, total: str) -> None:
    with pytest.raises(UnreadableEvent, match=r"OrderPlaced version 1\.0: .* expected 0 to"):
        decode(version_1(price, total))


@given(st.lists(st.tuples(st.integers(1, 10_000), st.integers(0, MAX_UNIT_PRICE)), min_size=1))
def test_an_order_that_adds_up_still_adds_up_after_upcasting(lines: list[tuple[int, int]]) -> None:
    old = OrderPlacedV1(
        order_id="o",
        customer_id="c",
        location="eu-west",
        lines=[
            OrderLineV1(sku="s", quantity=quantity, unit_price=Decimal(written(price)))
            for quantity, price in lines
        ],
        total=Decimal(written(sum(quantity * price for quantity, price in lines))),
        currency="EUR",
    )
    new = upcast_order_placed(old)
    assert new.total == sum(line.quantity * line.unit_price for line in new.lines)
