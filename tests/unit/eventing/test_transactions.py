"""`eventing.transactions`: what is written all or nothing."""

import pytest

from eventing.transactions import ConditionFailed, add, put, transact
from tests.unit.calls import Calls, throttled
from tests.unit.clients import client
from tests.unit.world import World

TABLE = "table"

dynamo = client("dynamodb")


def test_an_item_is_created_only_where_there_is_none(world: World) -> None:
    write = put(TABLE, {"pk": "A#1", "revision": 1})
    transact(dynamo, [write])
    with pytest.raises(ConditionFailed):
        transact(dynamo, [write, put(TABLE, {"pk": "A#2"})])
    assert [item["pk"] for item in world.items("A#")] == ["A#1"]


def test_an_item_is_replaced_only_as_it_was_read(world: World) -> None:
    transact(dynamo, [put(TABLE, {"pk": "A#1", "revision": 1})])
    transact(dynamo, [put(TABLE, {"pk": "A#1", "revision": 2}, revision=1)])
    with pytest.raises(ConditionFailed):
        transact(dynamo, [put(TABLE, {"pk": "A#1", "revision": 9}, revision=1)])
    (item,) = world.items("A#")
    assert item["revision"] == 2


def test_an_error_that_is_no_lost_race_is_passed_on(world: World, calls: Calls) -> None:
    writes = [put(TABLE, {"pk": key}) for key in ("A#1", "A#2")]
    for operation, some in (("PutItem", writes[:1]), ("TransactWriteItems", writes)):
        calls.refuse(operation, throttled(operation))
        with pytest.raises(type(throttled("")), match="ThrottlingException"):
            transact(dynamo, some)
    assert world.items("") == []


def test_a_put_alone_is_no_transaction_and_all_else_is(world: World, calls: Calls) -> None:  # noqa: ARG001
    one, count = put(TABLE, {"pk": "A#1"}), add(TABLE, "A#2", {"n": 1})
    for writes in ([one], [count], [put(TABLE, {"pk": "A#3"}), count]):
        transact(dynamo, writes)
    made = [operation for operation, _ in calls.made]
    assert made == ["PutItem", "TransactWriteItems", "TransactWriteItems"]
