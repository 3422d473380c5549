"""`POST /orders` with bad input: 400 or 413, with the field, its value and what was expected."""

import base64
import json
from typing import Any

import pytest

from contracts.language.envelope import MAX_DETAIL_BYTES
from tests.unit.messages import answered, request
from tests.unit.orders.published import PLACE_ORDER
from tests.unit.world import World

LINE = {"sku": "keyboard", "quantity": 2, "unitPrice": 7995}
IDENTIFIER = "a string of 1 to 64 of A-Z a-z 0-9 _ -"


def with_line(**changes: object) -> dict[str, Any]:
    return PLACE_ORDER | {"lines": [LINE, LINE | changes]}


def without(field: str, values: dict[str, Any] = PLACE_ORDER) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != field}


def refused(world: World, body: str | None, **arguments: Any) -> tuple[int, str, object, str]:
    status, answer = world.ask("place_order", body, **arguments)
    error = answer["error"]
    return status, error["field"], error["value"], error["expected"]


@pytest.mark.parametrize(
    ("body", "field", "value", "expected"),
    [
        (without("customerId"), "customerId", None, "the field is required"),
        (without("location"), "location", None, "the field is required"),
        (without("lines"), "lines", None, "the field is required"),
        ({}, "customerId", None, "the field is required"),
        (
            PLACE_ORDER | {"lines": [without("sku", LINE)]},
            "lines[0].sku",
            None,
            "the field is required",
        ),
        (PLACE_ORDER | {"customerId": None}, "customerId", None, IDENTIFIER),
        (PLACE_ORDER | {"customerId": 7}, "customerId", 7, IDENTIFIER),
        (PLACE_ORDER | {"customerId": ""}, "customerId", "", IDENTIFIER),
        (PLACE_ORDER | {"customerId": "a b"}, "customerId", "a b", IDENTIFIER),
        (PLACE_ORDER | {"customerId": "a#b"}, "customerId", "a#b", IDENTIFIER),
        (PLACE_ORDER | {"customerId": "a\n"}, "customerId", "a\n", IDENTIFIER),
        (PLACE_ORDER | {"customerId": "x" * 65}, "customerId", "x" * 65, IDENTIFIER),
        (PLACE_ORDER | {"customerId": "x" * 99_999}, "customerId", "x" * 200, IDENTIFIER),
        (PLACE_ORDER | {"location": "mars"}, "location", "mars", "eu-east, eu-west, us-east"),
        (PLACE_ORDER | {"location": "EU-WEST"}, "location", "EU-WEST", "eu-east, eu-west"),
        (PLACE_ORDER | {"location": 1}, "location", 1, "one of eu-east"),
        (PLACE_ORDER | {"lines": []}, "lines", "an array of 0", "length >= 1"),
        (PLACE_ORDER | {"lines": {"a": 1}}, "lines", "an object of 1", "`array`, got `object`"),
        (PLACE_ORDER | {"lines": "keyboard"}, "lines", "keyboard", "`array`, got `str`"),
        (PLACE_ORDER | {"lines": [None]}, "lines[0]", None, "`object`, got `null`"),
        (PLACE_ORDER | {"lines": [[LINE]]}, "lines[0]", "an array of 1", "`object`, got `array`"),
        (with_line(sku="a/b"), "lines[1].sku", "a/b", IDENTIFIER),
        (with_line(quantity=0), "lines[1].quantity", 0, ">= 1"),
        (with_line(quantity=-3), "lines[1].quantity", -3, ">= 1"),
        (with_line(quantity=10_001), "lines[1].quantity", 10_001, "<= 10000"),
        (with_line(quantity=1.5), "lines[1].quantity", 1.5, "`int`, got `float`"),
        (with_line(quantity="2"), "lines[1].quantity", "2", "`int`, got `str`"),
        (with_line(quantity=True), "lines[1].quantity", True, "`int`, got `bool`"),
        (with_line(quantity=10**30), "lines[1].quantity", str(10**30), "<= 10000"),
        (with_line(unitPrice=-1), "lines[1].unitPrice", -1, ">= 0"),
        (with_line(unitPrice=39.95), "lines[1].unitPrice", 39.95, "`int`, got `float`"),
        (with_line(unitPrice=100_000_001), "lines[1].unitPrice", 100_000_001, "<= 100000000"),
        (with_line(unitPrice=None), "lines[1].unitPrice", None, "`int`, got `null`"),
        ([PLACE_ORDER], "body", "an array of 1", "`object`, got `array`"),
        ("order", "body", "order", "`object`, got `str`"),
        (None, "body", None, "`object`, got `null`"),
        (12, "body", 12, "`object`, got `int`"),
    ],
)
def test_a_field_that_is_not_as_it_must_be_is_named(
    world: World, body: object, field: str, value: object, expected: str
) -> None:
    status, *told, why = refused(world, json.dumps(body))
    assert (status, told) == (400, [field, value])
    assert expected in why
    assert world.items("") == []


@pytest.mark.parametrize(
    "body",
    [
        None,
        "",
        " ",
        "keyboard",
        "{",
        '{"customerId": "customer-7",}',
        '{"customerId": NaN}',
        '{"customerId": 5, and then no JSON',
        '[{"customerId"',
        json.dumps(PLACE_ORDER) + "}",
        "\ufeff" + json.dumps(PLACE_ORDER),
        '{"customerId": "\\ud800"}',
        '{"customerId": 1e999}',
        "[" * 100_000,
        '{"note": ' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"lines": [{"quantity": ' + "9" * 5_000 + "}]}",
    ],
)
def test_a_body_that_is_no_json_is_shown_from_its_beginning(world: World, body: str | None) -> None:
    status, field, value, expected = refused(world, body)
    assert (status, field, value) == (400, "body", (body or "")[:200])
    assert expected.startswith("a JSON object")
    assert world.items("") == []


@pytest.mark.parametrize("raw", [b"\xff\xfe", b'{"customerId": "\xff"}', b"\x00"])
def test_a_body_that_is_no_text_is_refused(world: World, raw: bytes) -> None:
    asked = request() | {"body": base64.b64encode(raw).decode(), "isBase64Encoded": True}
    status, answer = answered(world.call("place_order", asked))
    assert (status, answer["error"]["field"]) == (400, "body")
    assert world.items("") == []


def test_a_field_given_twice_counts_as_it_stands_last(world: World) -> None:
    twice = '{"lines": [{"sku": 5}], "customerId": "c", "location": "us-west", "lines": 3}'
    assert refused(world, twice) == (400, "lines", 3, "`array`, got `int`")
    assert world.items("") == []


def sized(count: int) -> str:
    """An order of `count` lines, each about 100 bytes."""
    line = {"sku": "s" * 60, "quantity": 1, "unitPrice": 1}
    return json.dumps(PLACE_ORDER | {"lines": [line] * count}, separators=(",", ":"))


def test_an_order_that_no_event_can_carry_is_refused(world: World) -> None:
    status, field, value, expected = refused(world, sized(3_000), key="key-1")
    assert (status, field, expected) == (413, "body", f"<= {MAX_DETAIL_BYTES}")
    assert int(str(value).split()[0]) > MAX_DETAIL_BYTES
    assert world.items("") == []


def test_an_order_as_large_as_an_event_can_carry_is_placed(world: World) -> None:
    status, _ = world.ask("place_order", sized(2_600))
    assert status == 202
    (event,) = world.pending()
    assert MAX_DETAIL_BYTES - 10_000 < len(event["detail"]) <= MAX_DETAIL_BYTES


def test_an_order_of_many_trillions_has_an_exact_total(world: World) -> None:
    line = {"sku": "s", "quantity": 10_000, "unitPrice": 100_000_000}
    body = json.dumps(PLACE_ORDER | {"lines": [line] * 500})
    assert world.ask("place_order", body)[0] == 202
    (event,) = world.outbox()
    assert event["data"]["total"] == 500 * 10**12
