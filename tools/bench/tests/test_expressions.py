"""DynamoDB's expressions, as the stubbed tables read them."""

from typing import Any

import pytest

from bench.conditions import holds
from bench.updates import updated

ITEM = {
    "pk": {"S": "NOTE#1"},
    "count": {"N": "2"},
    "tags": {"SS": ["a", "b"]},
    "lines": {"L": [{"S": "first"}, {"S": "second"}]},
    "at": {"M": {"page": {"N": "7"}}},
}
VALUES = {
    ":one": {"N": "1"},
    ":two": {"N": "2.0"},
    ":three": {"N": "3"},
    ":note": {"S": "NOTE#"},
    ":b": {"S": "b"},
    ":tags": {"SS": ["b", "c"]},
    ":line": {"L": [{"S": "third"}]},
}


def arguments(name: str, text: str) -> dict[str, Any]:
    return {
        name: text,
        "ExpressionAttributeNames": {"#count": "count", "#0": "count"},
        "ExpressionAttributeValues": VALUES,
    }


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("attribute_exists(pk)", True),
        ("attribute_not_exists(pk)", False),
        ("attribute_not_exists(other)", True),
        ("#count = :two", True),
        ("#count <> :two", False),
        ("#0 = :two", True),
        ("other <> :two", True),
        ("other = :two", False),
        ("#count < :three AND begins_with(pk, :note)", True),
        ("#count > :three OR begins_with(pk, :note)", True),
        ("NOT #count = :two OR #count = :three", False),
        ("NOT (#count = :three) AND (pk = :b OR #count >= :two)", True),
        ("#count BETWEEN :one AND :three AND pk = :b", False),
        ("#count IN (:one, :two)", True),
        ("contains(tags, :b)", True),
        ("size(lines) = :two", True),
        ("at.page > :three", True),
        ("attribute_exists(lines[1])", True),
        ("attribute_exists(lines[2])", False),
    ],
)
def test_a_condition_holds_of_an_item_or_does_not(text: str, met: bool) -> None:
    assert holds(arguments("ConditionExpression", text), "ConditionExpression", ITEM) is met


def test_what_is_not_there_meets_only_the_condition_that_it_is_not_there() -> None:
    def met(text: str) -> bool:
        return holds(arguments("ConditionExpression", text), "ConditionExpression", None)

    assert met("attribute_not_exists(pk)")
    assert not met("#count = :two")


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("SET #count = :three", {"count": {"N": "3"}}),
        ("SET #count = #count + :one, pk = :b", {"count": {"N": "3"}, "pk": {"S": "b"}}),
        ("SET #count = #count - :one", {"count": {"N": "1"}}),
        ("SET #count = if_not_exists(#count, :one)", {"count": {"N": "2"}}),
        ("SET other = if_not_exists(other, :one)", {"other": {"N": "1"}}),
        ("SET at.page = :one", {"at": {"M": {"page": {"N": "1"}}}}),
        (
            "SET lines = list_append(lines, :line)",
            {"lines": {"L": [{"S": "first"}, {"S": "second"}, {"S": "third"}]}},
        ),
        ("ADD #count :one", {"count": {"N": "3"}}),
        ("ADD other :one", {"other": {"N": "1"}}),
        ("ADD tags :tags", {"tags": {"SS": ["a", "b", "c"]}}),
        ("DELETE tags :tags", {"tags": {"SS": ["a"]}}),
        ("REMOVE #count SET pk = :b", {"count": None, "pk": {"S": "b"}}),
        ("REMOVE lines[0]", {"lines": {"L": [{"S": "second"}]}}),
    ],
)
def test_an_update_changes_what_it_names_and_nothing_else(
    text: str, changed: dict[str, Any]
) -> None:
    expected = {name: value for name, value in (ITEM | changed).items() if value is not None}
    assert updated(arguments("UpdateExpression", text), ITEM) == expected


@pytest.mark.parametrize(
    "text", ["SET", "SET pk", "FETCH pk", "ADD #count :one :one", "SET pk = ?"]
)
def test_an_update_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="cannot be read from"):
        updated(arguments("UpdateExpression", text), ITEM)


@pytest.mark.parametrize("text", ["pk", "pk =", "pk = :b :b", "like(pk, :b)"])
def test_a_condition_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="cannot be read from"):
        holds(arguments("ConditionExpression", text), "ConditionExpression", ITEM)
