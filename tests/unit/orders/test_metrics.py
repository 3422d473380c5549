"""Orders placed are counted: each once, and not those of the test customer."""

import json

import pytest

from contracts.orders import TEST_CUSTOMER
from tests.unit.calls import Calls, throttled
from tests.unit.messages import request
from tests.unit.metrics import counted
from tests.unit.orders.published import PLACE_ORDER
from tests.unit.world import World


def test_an_order_is_counted(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    for key in (None, "key-1"):
        world.ask("place_order", PLACE_ORDER, key=key)
        assert counted(capsys) == {"OrdersPlaced": [1]}


def test_a_repeat_is_not_counted_again(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(3):
        assert world.ask("place_order", PLACE_ORDER, key="key-1")[0] == 202
    assert counted(capsys) == {"OrdersPlaced": [1]}


def test_an_order_that_is_refused_is_not_counted(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.ask("place_order", PLACE_ORDER | {"lines": []})
    world.ask("place_order", PLACE_ORDER, key="key-1")
    world.ask("place_order", PLACE_ORDER | {"location": "us-west"}, key="key-1")
    assert counted(capsys) == {"OrdersPlaced": [1]}


def test_an_order_that_is_not_stored_is_not_counted(
    world: World, calls: Calls, capsys: pytest.CaptureFixture[str]
) -> None:
    calls.refuse("TransactWriteItems", throttled("TransactWriteItems"))
    with pytest.raises(type(throttled(""))):
        world.call("place_order", request(json.dumps(PLACE_ORDER)))
    assert counted(capsys) == {}


def test_an_order_of_the_test_customer_is_placed_and_not_counted(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert world.ask("place_order", PLACE_ORDER | {"customerId": TEST_CUSTOMER})[0] == 202
    assert len(world.outbox("OrderPlaced")) == 1
    assert counted(capsys) == {}
