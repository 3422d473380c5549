"""`eventing.dynamodb`: items and reads."""

import pytest

from eventing import dynamodb
from tests.unit.calls import Calls
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
