"""`POST /orders` with an Idempotency-Key: a repeat gets the first answer."""

import json
from datetime import datetime

import pytest

from tests.unit.calls import Calls, Died, transaction_cancelled
from tests.unit.handlers import place_order
from tests.unit.messages import CONTEXT, PLACE_ORDER, answered, request
from tests.unit.world import World

BODY = json.dumps(PLACE_ORDER)


def test_a_repeat_gets_the_first_answer_and_places_nothing(aws: World) -> None:
    first = place_order.handler(request(BODY, key="key-1"), CONTEXT)
    repeat = place_order.handler(request(BODY, key="key-1", request_id="request-2"), CONTEXT)
    assert repeat == first
    assert len(aws.orders()) == len(aws.outbox()) == 1


def test_a_repeat_in_other_words_is_the_same_request(aws: World) -> None:
    first = place_order.handler(request(BODY, key="key-1"), CONTEXT)
    reordered = json.dumps(dict(reversed(PLACE_ORDER.items())), indent=2)
    assert place_order.handler(request(reordered, key="key-1"), CONTEXT) == first
    assert len(aws.orders()) == 1


def test_another_order_with_the_same_key_is_refused(aws: World) -> None:
    place_order.handler(request(BODY, key="key-1"), CONTEXT)
    other = json.dumps(PLACE_ORDER | {"location": "us-west"})
    status, answer = answered(place_order.handler(request(other, key="key-1"), CONTEXT))
    assert status == 422
    assert answer["error"] == {
        "field": "idempotency-key",
        "value": "key-1",
        "expected": "a key not used for another order",
    }
    assert len(aws.orders()) == 1


def test_two_customers_may_choose_the_same_key(aws: World) -> None:
    other = json.dumps(PLACE_ORDER | {"customerId": "customer-8"})
    for body in (BODY, other):
        assert answered(place_order.handler(request(body, key="key-1"), CONTEXT))[0] == 202
    assert len(aws.orders()) == 2


def test_two_requests_at_once_place_one_order(aws: World, calls: Calls) -> None:
    asked = request(BODY, key="key-1")
    answers = []
    calls.overtake(
        "TransactWriteItems", lambda: answers.append(place_order.handler(asked, CONTEXT))
    )
    answers.append(place_order.handler(asked, CONTEXT))
    assert answers[0] == answers[1]
    assert len(aws.orders()) == len(aws.outbox()) == 1


def test_two_requests_at_once_with_other_bodies_place_one_order(aws: World, calls: Calls) -> None:
    other = request(json.dumps(PLACE_ORDER | {"location": "us-west"}), key="key-1")
    calls.overtake("TransactWriteItems", lambda: place_order.handler(other, CONTEXT))
    status, _ = answered(place_order.handler(request(BODY, key="key-1"), CONTEXT))
    assert status == 422
    (order,) = aws.orders().values()
    assert order["placed"]["location"] == "us-west"


def test_a_customer_who_got_no_answer_asks_again_and_has_one_order(
    aws: World, calls: Calls
) -> None:
    calls.die(0, after=True)
    with pytest.raises(Died):
        place_order.handler(request(BODY, key="key-1"), CONTEXT)
    calls.forget()
    status, answer = answered(place_order.handler(request(BODY, key="key-1"), CONTEXT))
    assert status == 202
    assert list(aws.orders()) == [answer["orderId"]]


def test_a_failed_write_leaves_the_key_free(aws: World, calls: Calls) -> None:
    conflict = transaction_cancelled("TransactionConflict", "None", "None")
    calls.refuse("TransactWriteItems", conflict, times=5)
    with pytest.raises(place_order.store.dynamodb.ConditionFailed):
        place_order.handler(request(BODY, key="key-1"), CONTEXT)
    assert answered(place_order.handler(request(BODY, key="key-1"), CONTEXT))[0] == 202
    assert len(aws.orders()) == 1


def test_a_key_is_forgotten_after_a_day(aws: World) -> None:
    place_order.handler(request(BODY, key="key-1"), CONTEXT)
    (order,), (remembered,) = aws.orders().values(), aws.items("REQUEST#")
    placed_at = datetime.fromisoformat(order["placedAt"]).timestamp()
    assert remembered["expiresAt"] == int(placed_at) + 24 * 3600


@pytest.mark.parametrize("key", ["", " ", "a b", "a\n", "ключ", "k" * 129, "\x7f"])
def test_a_key_that_is_no_visible_ascii_is_refused(aws: World, key: str) -> None:
    status, answer = answered(place_order.handler(request(BODY, key=key), CONTEXT))
    assert (status, answer["error"]["field"]) == (400, "idempotency-key")
    assert answer["error"]["value"] == key
    assert "1 to 128 visible ASCII" in answer["error"]["expected"]
    assert aws.items("") == []
