"""`eventing.dynamodb`: items, reads and transactions."""

import pytest

from eventing import dynamodb
from tests.unit.calls import Calls, throttled
from tests.unit.clients import client
from tests.unit.world import World

TABLE = "table"

dynamo = client("dynamodb")


def test_an_item_comes_back_as_it_was_without_what_is_none() -> None:
    values = {"pk": "A#1", "n": 2**53 - 1, "list": [1, {"a": "b"}], "empty": "", "none": None}
    read = dynamodb.from_item(dynamodb.to_item(values))
    assert read == {"pk": "A#1", "n": 2**53 - 1, "list": [1, {"a": "b"}], "empty": ""}
    assert type(read["n"]) is int


def test_a_key_that_is_longer_than_any_is_not_asked_for(world: World, calls: Calls) -> None:  # noqa: ARG001
    assert dynamodb.get(dynamo, TABLE, "x" * 2_049) is None
    assert dynamodb.get(dynamo, TABLE, "ü" * 1_025) is None
    assert calls.made == []


def test_an_item_is_created_only_where_there_is_none(world: World) -> None:
    write = dynamodb.put(TABLE, {"pk": "A#1", "revision": 1})
    dynamodb.transact(dynamo, [write])
    with pytest.raises(dynamodb.ConditionFailed):
        dynamodb.transact(dynamo, [write, dynamodb.put(TABLE, {"pk": "A#2"})])
    assert [item["pk"] for item in world.items("A#")] == ["A#1"]


def test_an_item_is_replaced_only_as_it_was_read(world: World) -> None:
    dynamodb.transact(dynamo, [dynamodb.put(TABLE, {"pk": "A#1", "revision": 1})])
    dynamodb.transact(dynamo, [dynamodb.put(TABLE, {"pk": "A#1", "revision": 2}, revision=1)])
    with pytest.raises(dynamodb.ConditionFailed):
        dynamodb.transact(dynamo, [dynamodb.put(TABLE, {"pk": "A#1", "revision": 9}, revision=1)])
    (item,) = world.items("A#")
    assert item["revision"] == 2


def test_keys_that_are_never_read_are_an_error(
    monkeypatch: pytest.MonkeyPatch, pauses: list[float]
) -> None:
    def nothing_read(RequestItems: object) -> dict[str, object]:
        return {"Responses": {}, "UnprocessedKeys": RequestItems}

    monkeypatch.setattr(dynamo, "batch_get_item", nothing_read)
    with pytest.raises(TimeoutError, match="A#1"):
        dynamodb.get_all(dynamo, TABLE, ["A#1"])
    assert len(pauses) == 4


def test_reads_are_consistent(world: World, calls: Calls) -> None:  # noqa: ARG001
    dynamodb.get(dynamo, TABLE, "A#1")
    dynamodb.get_all(dynamo, TABLE, ["A#1"])
    (get,), (batch,) = calls.of("GetItem"), calls.of("BatchGetItem")
    assert get["ConsistentRead"] is True
    assert batch["RequestItems"][TABLE]["ConsistentRead"] is True


def test_an_error_that_is_no_lost_race_is_passed_on(world: World, calls: Calls) -> None:
    writes = [dynamodb.put(TABLE, {"pk": key}) for key in ("A#1", "A#2")]
    for operation, some in (("PutItem", writes[:1]), ("TransactWriteItems", writes)):
        calls.refuse(operation, throttled(operation))
        with pytest.raises(type(throttled("")), match="ThrottlingException"):
            dynamodb.transact(dynamo, some)
    assert world.items("") == []


def test_a_put_alone_is_no_transaction_and_all_else_is(world: World, calls: Calls) -> None:  # noqa: ARG001
    put, add = dynamodb.put(TABLE, {"pk": "A#1"}), dynamodb.add(TABLE, "A#2", {"n": 1})
    for writes in ([put], [add], [dynamodb.put(TABLE, {"pk": "A#3"}), add]):
        dynamodb.transact(dynamo, writes)
    made = [operation for operation, _ in calls.made]
    assert made == ["PutItem", "TransactWriteItems", "TransactWriteItems"]
