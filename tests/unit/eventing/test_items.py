"""`eventing.items`: DynamoDB's notation, as boto3 writes and reads it."""

from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from hypothesis import given
from hypothesis import strategies as st

from eventing.items import from_item, to_item

SCALARS = st.none() | st.booleans() | st.text() | st.integers(-(10**37), 10**37)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(min_size=1), inner)
)


@given(st.dictionaries(st.text(min_size=1), VALUES))
def test_items_are_those_of_boto3_and_come_back_without_what_is_none(values: Any) -> None:
    there = {key: value for key, value in values.items() if value is not None}
    item = to_item(values)
    assert item == {key: TypeSerializer().serialize(value) for key, value in there.items()}
    assert from_item(item) == there
    assert from_item(item) == {k: TypeDeserializer().deserialize(v) for k, v in item.items()}


def test_a_number_is_an_integer() -> None:
    assert type(from_item({"n": {"N": str(2**53 - 1)}})["n"]) is int


@pytest.mark.parametrize("value", [0.5, Decimal(1), {"a"}, [b"bytes"], {"a": object()}])
def test_what_is_of_another_type_is_not_stored(value: object) -> None:
    with pytest.raises(TypeError, match="is not stored"):
        to_item({"value": value})


def test_sets_and_bytes_come_as_they_are() -> None:
    assert from_item({"tags": {"SS": ["a"]}, "picture": {"B": b"x"}}) == {
        "tags": ["a"],
        "picture": b"x",
    }
