"""A table is written as it was: what differs, and never over what somebody wrote meanwhile."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from moto import mock_aws

from business.restore.copying import Target
from eventing import dynamodb
from operate.errors import OperateError
from operate.progress import Pace
from tests.unit.clients import client

Item = dict[str, Any]


@pytest.fixture
def table() -> Iterator[str]:
    with mock_aws():
        client("dynamodb").create_table(
            TableName="live",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        yield "live"


def write(table: str, item: Item) -> None:
    client("dynamodb").put_item(TableName=table, Item=dynamodb.to_item(item))


def read(table: str, key: str = "a") -> Item | None:
    return dynamodb.get(client("dynamodb"), table, key)


def target(table: str, *, dry_run: bool = False) -> Target:
    """The table, read as it is now."""
    made = Target(client("dynamodb"), table, Pace(1_000_000), dry_run)
    assert len(list(made.items())) == len(made.present)
    return made


def test_an_item_that_differs_is_written_with_a_revision_that_nobody_has_read(table: str) -> None:
    write(table, {"pk": "a", "revision": 7, "says": "wrong"})
    made = target(table)
    made.put({"pk": "a", "revision": 3, "says": "right"}, what="written")
    made.put({"pk": "b", "revision": 3, "says": "right"}, what="written")
    assert read(table) == {"pk": "a", "revision": 8, "says": "right"}
    assert read(table, "b") == {"pk": "b", "revision": 4, "says": "right"}
    assert made.done == {"written": 2}
    assert made.changed == {"a", "b"}


def test_an_item_that_says_the_same_is_left_as_it_is_unless_it_is_to_be_written(table: str) -> None:
    there = {"pk": "a", "revision": 7, "says": {"all": [1, 2]}}
    write(table, there)
    made = target(table)
    made.put(there | {"revision": 3}, what="written")
    assert read(table) == there
    assert (made.done, made.changed) == ({"unchanged": 1}, set())
    made.put(there, what="written", always=True)
    assert read(table) == there | {"revision": 8}


@pytest.mark.parametrize("spoiled", [{}, {"revision": "text"}])
def test_an_item_whose_revision_is_lost_is_written_all_the_same(table: str, spoiled: Item) -> None:
    write(table, {"pk": "a", "says": "wrong"} | spoiled)
    target(table).put({"pk": "a", "revision": 3, "says": "right"}, what="written")
    assert read(table) == {"pk": "a", "revision": 4, "says": "right"}


def test_an_item_that_was_not_there_then_is_deleted(table: str) -> None:
    write(table, {"pk": "a", "revision": 7})
    made = target(table)
    made.delete("a")
    assert read(table) is None
    assert made.done == {"deleted": 1}


@pytest.mark.parametrize("before", [None, {"pk": "a", "revision": 7}, {"pk": "a"}])
@pytest.mark.parametrize(
    "write_over",
    [
        lambda made: made.delete("a"),
        lambda made: made.put({"pk": "a", "revision": 3, "says": "right"}, what="written"),
    ],
)
def test_what_was_written_meanwhile_is_not_written_over(
    table: str, before: Item | None, write_over: Callable[[Target], None]
) -> None:
    if before:
        write(table, before)
    made = target(table)
    write(table, {"pk": "a", "revision": 8, "says": "new"})
    with pytest.raises(OperateError, match="a of live was written meanwhile"):
        write_over(made)
    assert read(table) == {"pk": "a", "revision": 8, "says": "new"}


def test_a_dry_run_counts_and_writes_nothing(table: str) -> None:
    write(table, {"pk": "a", "revision": 7, "says": "wrong"})
    write(table, {"pk": "b", "revision": 7})
    made = target(table, dry_run=True)
    made.put({"pk": "a", "revision": 3, "says": "right"}, what="written")
    made.delete("b")
    assert made.done == {"written": 1, "deleted": 1}
    assert read(table) == {"pk": "a", "revision": 7, "says": "wrong"}
    assert read(table, "b")
