"""`POST /orders` with an Idempotency-Key: a repeat gets the first answer."""

import json
from datetime import datetime, timedelta

import pytest

from eventing.dynamodb import ATTEMPTS
from eventing.transactions import ConditionFailed
from eventing.unit_of_work import STARTS
from orders import store
from tests.unit.calls import Calls, Died, transaction_cancelled
from tests.unit.messages import request
from tests.unit.orders.published import PLACE_ORDER
from tests.unit.world import World

BODY = json.dumps(PLACE_ORDER)


def test_a_repeat_gets_the_first_answer_and_places_nothing(world: World) -> None:
    first = world.call("place_order", request(BODY, key="key-1"))
    repeat = world.call("place_order", request(BODY, key="key-1", request_id="request-2"))
    assert repeat == first
    assert len(world.by_id("ORDER")) == len(world.outbox()) == 1


def test_a_repeat_in_other_words_is_the_same_request(world: World) -> None:
    first = world.call("place_order", request(BODY, key="key-1"))
    reordered = json.dumps(dict(reversed(PLACE_ORDER.items())), indent=2)
    assert world.call("place_order", request(reordered, key="key-1")) == first
    assert len(world.by_id("ORDER")) == 1


def test_another_order_with_the_same_key_is_refused(world: World) -> None:
    world.call("place_order", request(BODY, key="key-1"))
    other = json.dumps(PLACE_ORDER | {"location": "us-west"})
    status, answer = world.ask("place_order", other, key="key-1")
    assert status == 422
    assert answer["error"] == {
        "field": "idempotency-key",
        "value": "key-1",
        "expected": "a key not used for another order",
    }
    assert len(world.by_id("ORDER")) == 1


def test_two_customers_may_choose_the_same_key(world: World) -> None:
    other = json.dumps(PLACE_ORDER | {"customerId": "customer-8"})
    for body in (BODY, other):
        assert world.ask("place_order", body, key="key-1")[0] == 202
    assert len(world.by_id("ORDER")) == 2


def test_two_requests_at_once_place_one_order(world: World, calls: Calls) -> None:
    asked = request(BODY, key="key-1")
    answers = []
    calls.overtake("TransactWriteItems", lambda: answers.append(world.call("place_order", asked)))
    answers.append(world.call("place_order", asked))
    assert answers[0] == answers[1]
    assert len(world.by_id("ORDER")) == len(world.outbox()) == 1


def test_two_requests_at_once_with_other_bodies_place_one_order(world: World, calls: Calls) -> None:
    other = request(json.dumps(PLACE_ORDER | {"location": "us-west"}), key="key-1")
    calls.overtake("TransactWriteItems", lambda: world.call("place_order", other))
    status, _ = world.ask("place_order", BODY, key="key-1")
    assert status == 422
    (order,) = world.by_id("ORDER").values()
    assert order["placed"]["location"] == "us-west"


def test_a_customer_who_got_no_answer_asks_again_and_has_one_order(
    world: World, calls: Calls
) -> None:
    calls.die(1, after=True)
    with pytest.raises(Died):
        world.call("place_order", request(BODY, key="key-1"))
    calls.forget()
    status, answer = world.ask("place_order", BODY, key="key-1")
    assert status == 202
    assert list(world.by_id("ORDER")) == [answer["orderId"]]


def test_a_failed_write_leaves_the_key_free(world: World, calls: Calls) -> None:
    conflict = transaction_cancelled("TransactionConflict", "None", "None")
    calls.refuse("TransactWriteItems", conflict, times=STARTS * ATTEMPTS)
    with pytest.raises(ConditionFailed):
        world.call("place_order", request(BODY, key="key-1"))
    assert world.ask("place_order", BODY, key="key-1")[0] == 202
    assert len(world.by_id("ORDER")) == 1


def test_a_key_is_forgotten_after_a_day(world: World) -> None:
    world.call("place_order", request(BODY, key="key-1"))
    (order,), (remembered,) = world.by_id("ORDER").values(), world.items("REQUEST#")
    placed_at = datetime.fromisoformat(order["placedAt"]).timestamp()
    assert remembered["expiresAt"] == int(placed_at) + 24 * 3600


def test_a_key_is_forgotten_after_a_day_also_where_dynamodb_has_not_deleted_it_yet(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as days_ago:
        days_ago.setattr(store, "KEY_KEPT", -timedelta(days=1))
        _, first = world.ask("place_order", BODY, key="key-1")
    other = json.dumps(PLACE_ORDER | {"location": "us-west"})
    status, second = world.ask("place_order", other, key="key-1")
    assert status == 202
    assert set(world.by_id("ORDER")) == {first["orderId"], second["orderId"]}
    assert world.ask("place_order", other, key="key-1") == (202, second)


@pytest.mark.parametrize("key", ["", " ", "a b", "a\n", "ключ", "k" * 129, "\x7f"])
def test_a_key_that_is_no_visible_ascii_is_refused(world: World, key: str) -> None:
    status, answer = world.ask("place_order", BODY, key=key)
    assert (status, answer["error"]["field"]) == (400, "idempotency-key")
    assert answer["error"]["value"] == key
    assert "1 to 128 visible ASCII" in answer["error"]["expected"]
    assert world.items("") == []
