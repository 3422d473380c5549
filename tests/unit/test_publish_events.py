"""`publish_events`: the outbox of a table, onto its domain's bus."""

import json
from typing import Any

import pytest

from eventing import outbox
from eventing.dynamodb import to_item
from eventing.events import new_event
from tests.unit.calls import Calls, Died, throttled
from tests.unit.handlers import BUS, publish_invoicing, publish_orders, publisher
from tests.unit.messages import AT, CONTEXT, failed, order_cancelled
from tests.unit.world import World


def stored(order_id: str) -> dict[str, Any]:
    """The outbox's item of an event of an order."""
    data = order_cancelled(order_id)
    event = new_event(data, subject=order_id, correlation_id="c", causation_id="c", at=AT)
    return outbox.item(event)


def sized(order_id: str, size: int) -> dict[str, Any]:
    """An item whose event weighs `size` bytes, as EventBridge counts."""
    item = stored(order_id)
    fixed = 14 + len(item["source"]) + len(item["detailType"])
    detail = {"data": {"orderId": order_id}, "note": ""}
    note = "x" * (size - fixed - len(json.dumps(detail)))
    return item | {"detail": json.dumps(detail | {"note": note})}


def stream(*items: dict[str, Any]) -> dict[str, Any]:
    """Records of the table's stream, with the sequence numbers 100, 101, …"""
    return {
        "Records": [
            {
                "eventName": "INSERT",
                "eventSource": "aws:dynamodb",
                "dynamodb": {
                    "SequenceNumber": str(100 + n),
                    "Keys": {"pk": {"S": item["pk"]}},
                    "NewImage": to_item(item),
                },
            }
            for n, item in enumerate(items)
        ]
    }


def publish(*items: dict[str, Any]) -> list[str]:
    return failed(publish_orders.handler(stream(*items), CONTEXT))


@pytest.mark.parametrize("domain", [publish_orders, publish_invoicing])
def test_an_item_of_the_outbox_comes_onto_the_bus(aws: World, domain: Any) -> None:
    item = stored("order-1")
    assert failed(domain.handler(stream(item), CONTEXT)) == []
    (entry,) = aws.bus.taken
    assert (entry["Source"], entry["DetailType"]) == ("order-service", "OrderCancelled")
    assert (entry["EventBusName"], entry["Detail"]) == (BUS, item["detail"])


def test_an_event_is_put_with_the_time_at_which_it_occurred(aws: World) -> None:
    publish(stored("order-1"))
    (entry,) = aws.bus.taken
    assert entry["Time"] == AT.timestamp()


def test_the_same_record_twice_is_put_twice_with_the_same_identity(aws: World) -> None:
    item = stored("order-1")
    assert publish(item, item) == []
    first, again = (json.loads(entry["Detail"])["metadata"]["id"] for entry in aws.bus.taken)
    assert first == again


def test_a_batch_is_put_in_order_ten_at_a_time(aws: World) -> None:
    ids = [f"order-{n}" for n in range(23)]
    assert publish(*map(stored, ids)) == []
    assert aws.bus.calls == [ids[:10], ids[10:20], ids[20:]]


def test_only_the_refused_entries_are_put_again(aws: World, pauses: list[float]) -> None:
    aws.bus.refusals = {"order-1": 1, "order-3": 2}
    assert publish(*map(stored, ["order-0", "order-1", "order-2", "order-3"])) == []
    assert aws.bus.calls == [
        ["order-0", "order-1", "order-2", "order-3"],
        ["order-1", "order-3"],
        ["order-3"],
    ]
    assert len(pauses) == 2


def test_an_entry_that_stays_refused_is_named_and_the_others_are_not(aws: World) -> None:
    aws.bus.refusals = {"order-1": 3}
    assert publish(*map(stored, ["order-0", "order-1", "order-2"])) == ["101"]
    assert aws.bus.calls[1:] == [["order-1"], ["order-1"]]


def test_refused_entries_of_one_call_do_not_hold_up_the_next(aws: World) -> None:
    aws.bus.refusals = {"order-0": 3}
    assert publish(*(stored(f"order-{n}") for n in range(12))) == ["100"]
    assert aws.bus.calls[-1] == ["order-10", "order-11"]


def test_a_named_record_is_done_the_next_time(aws: World) -> None:
    aws.bus.refusals = {"order-1": 3}
    assert publish(stored("order-1")) == ["100"]
    assert publish(stored("order-1")) == []


def test_an_empty_batch_puts_nothing(aws: World) -> None:
    assert publish() == []
    assert aws.bus.calls == []


@pytest.mark.parametrize("sizes", [[200 * 1024] * 3, [128 * 1024 + 1] * 2, [1024, 256 * 1024]])
def test_a_call_holds_no_more_bytes_than_eventbridge_takes(
    aws: World,  # noqa: ARG001
    calls: Calls,
    sizes: list[int],
) -> None:
    assert publish(*(sized(f"order-{n}", size) for n, size in enumerate(sizes))) == []
    put = calls.of("PutEvents")
    assert [len(call["Entries"]) for call in put] == [1] * len(sizes)
    for call in put:
        assert sum(map(publisher.entry_bytes, call["Entries"])) <= 256 * 1024


def test_what_just_fits_into_a_call_is_put_in_one(aws: World, calls: Calls) -> None:  # noqa: ARG001
    sizes = (128 * 1024, 128 * 1024 - 1)
    assert publish(*(sized(f"order-{n}", size) for n, size in enumerate(sizes))) == []
    (put,) = calls.of("PutEvents")
    assert sum(map(publisher.entry_bytes, put["Entries"])) == 256 * 1024 - 1


def test_an_error_of_the_whole_call_fails_the_batch(aws: World, calls: Calls) -> None:
    calls.refuse("PutEvents", throttled("PutEvents"))
    with pytest.raises(type(throttled("PutEvents"))):
        publish(stored("order-1"))
    assert publish(stored("order-1")) == []
    assert aws.bus.order_ids() == ["order-1"]


def test_a_record_that_is_no_event_fails_alone(aws: World) -> None:
    failed = publish({"pk": "EVENT#1", "source": "order-service"}, stored("order-1"))
    assert len(failed) == 1
    assert aws.bus.order_ids() == ["order-1"]


def test_a_batch_cut_short_between_two_calls_loses_nothing(aws: World, calls: Calls) -> None:
    items = [stored(f"order-{n}") for n in range(15)]
    calls.die(1, after=False)
    with pytest.raises(Died):
        publish(*items)
    calls.forget()
    assert publish(*items) == []
    assert set(aws.bus.order_ids()) == {f"order-{n}" for n in range(15)}


def test_the_outbox_keeps_an_event_for_a_week() -> None:
    item = stored("order-1")
    assert item["expiresAt"] == int(AT.timestamp()) + 7 * 24 * 3600
