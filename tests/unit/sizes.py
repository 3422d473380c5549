"""The limits of AWS, and how large what a handler writes is, as AWS counts it."""

from typing import Any

from tests.unit.calls import Calls

KIB = 1024
ITEM = 400 * KIB
TRANSACTION = 4 * KIB * KIB
MESSAGE = 256 * KIB


def stored_bytes(value: dict[str, Any]) -> int:
    """The size of an attribute's value in DynamoDB. TypeError for a type that is not used here.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
    """
    match value:
        case {"S": text}:
            return len(text.encode())
        case {"NULL": _} | {"BOOL": _}:
            return 1
        case {"N": digits}:
            return (len(digits) + 1) // 2 + 1
        case {"L": entries}:
            return 3 + sum(1 + stored_bytes(entry) for entry in entries)
        case {"M": entries}:
            return 3 + sum(1 + len(k) + stored_bytes(entry) for k, entry in entries.items())
    raise TypeError(value)


def assert_one_transaction_that_fits(calls: Calls) -> None:
    """There was one, and neither it nor any of its items is larger than DynamoDB takes."""
    (made,) = calls.of("TransactWriteItems")
    _assert_fits([write["Put"]["Item"] for write in made["TransactItems"]])


def assert_one_put_that_fits(calls: Calls) -> None:
    """There was one item put alone, and it is not larger than DynamoDB takes."""
    (made,) = calls.of("PutItem")
    _assert_fits([made["Item"]])


def _assert_fits(items: list[dict[str, Any]]) -> None:
    sizes = [stored_bytes({"M": item}) for item in items]
    assert max(sizes) <= ITEM
    assert sum(sizes) <= TRANSACTION
