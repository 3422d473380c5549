"""`publish_events`: the outbox of a table, onto its domain's bus."""

import json
from typing import Any

import pytest

from eventing import outbox, publishing
from eventing.events import decode
from eventing.pending import entry_bytes
from tests.unit.calls import Calls, Died, refused, throttled
from tests.unit.clients import client
from tests.unit.golden import some_event
from tests.unit.messages import failed, stream
from tests.unit.metrics import counted
from tests.unit.world import World


def stored(subject: str) -> dict[str, Any]:
    """The outbox's item of an event about this."""
    return outbox.item(decode(some_event(id=f"event-of-{subject}", subject=subject)))


def sized(subject: str, size: int) -> dict[str, Any]:
    """An item whose event weighs `size` bytes, as EventBridge counts."""
    item = stored(subject)
    fixed = 14 + len(item["source"]) + len(item["detailType"])
    detail = {"metadata": {"subject": subject}, "note": ""}
    note = "x" * (size - fixed - len(json.dumps(detail)))
    return item | {"detail": json.dumps(detail | {"note": note})}


def publish(world: World, *items: dict[str, Any]) -> list[str]:
    """Hands the publisher the stream records of items that are in the outbox."""
    world.write_outbox(*items)
    return failed(world.call("publish_events", stream(*items)))


def unpublished(world: World) -> list[tuple[dict[str, Any], str]]:
    """What is set aside, with the reason."""
    return [
        (json.loads(message["Body"]), message["MessageAttributes"]["error"]["StringValue"])
        for message in world.received("unpublished")
    ]


def left(world: World) -> list[str]:
    """What the events that are left in the outbox are about."""
    return sorted(item["subject"] for item in world.pending())


def test_an_item_of_the_outbox_comes_onto_the_bus(world: World) -> None:
    item = stored("subject-1")
    assert publish(world, item) == []
    (entry,) = world.bus.taken
    assert (entry["Source"], entry["DetailType"]) == (item["source"], item["detailType"])
    assert (entry["EventBusName"], entry["Detail"]) == ("events", item["detail"])
    assert world.pending() == []


def test_an_event_is_put_with_the_time_at_which_it_occurred(world: World) -> None:
    publish(world, stored("subject-1"))
    (entry,) = world.bus.taken
    assert entry["Time"] == decode(some_event()).metadata.occurred_at.timestamp()


def test_the_same_record_twice_in_a_batch_is_put_once(world: World) -> None:
    item = stored("subject-1")
    assert publish(world, item, item) == []
    assert world.bus.subjects() == ["subject-1"]


def test_a_record_that_comes_again_is_put_again_with_the_same_identity(world: World) -> None:
    item = stored("subject-1")
    for _ in range(2):
        assert publish(world, item) == []
    first, again = (json.loads(entry["Detail"])["metadata"]["id"] for entry in world.bus.taken)
    assert first == again


def test_a_batch_is_put_in_order_ten_at_a_time(world: World) -> None:
    ids = [f"subject-{n}" for n in range(23)]
    assert publish(world, *map(stored, ids)) == []
    assert world.bus.calls == [ids[:10], ids[10:20], ids[20:]]


def test_only_the_refused_entries_are_put_again(world: World, pauses: list[float]) -> None:
    world.bus.refusals = {"subject-1": 1, "subject-3": 2}
    assert publish(world, *map(stored, ["subject-0", "subject-1", "subject-2", "subject-3"])) == []
    assert world.bus.calls == [
        ["subject-0", "subject-1", "subject-2", "subject-3"],
        ["subject-1", "subject-3"],
        ["subject-3"],
    ]
    assert len(pauses) == 2


def test_an_entry_that_stays_refused_is_named_and_the_others_are_not(world: World) -> None:
    world.bus.refusals = {"subject-1": 3}
    assert publish(world, *map(stored, ["subject-0", "subject-1", "subject-2"])) == ["101"]
    assert world.bus.calls[1:] == [["subject-1"], ["subject-1"]]
    assert left(world) == ["subject-1"]
    assert unpublished(world) == []


def test_what_a_bus_took_that_is_gone_stays_in_the_outbox_until_there_is_one(world: World) -> None:
    client("events").delete_event_bus(Name="events")
    assert publish(world, *map(stored, ["subject-0", "subject-1"])) == ["100", "101"]
    assert left(world) == ["subject-0", "subject-1"]
    client("events").create_event_bus(Name="events")
    assert publish(world, *map(stored, ["subject-0", "subject-1"])) == []
    assert world.pending() == []


def test_refused_entries_of_one_call_do_not_hold_up_the_next(world: World) -> None:
    world.bus.refusals = {"subject-0": 3}
    assert publish(world, *(stored(f"subject-{n}") for n in range(12))) == ["100"]
    assert world.bus.calls[-1] == ["subject-10", "subject-11"]


def test_a_named_record_is_done_the_next_time(world: World) -> None:
    world.bus.refusals = {"subject-1": 3}
    assert publish(world, stored("subject-1")) == ["100"]
    assert publish(world, stored("subject-1")) == []
    assert left(world) == []


def test_an_empty_batch_puts_nothing(world: World) -> None:
    assert (
        publish(
            world,
        )
        == []
    )
    assert world.bus.calls == []


@pytest.mark.parametrize("sizes", [[200 * 1024] * 3, [128 * 1024 + 1] * 2, [1024, 256 * 1024]])
def test_a_call_holds_no_more_bytes_than_eventbridge_takes(
    world: World,
    calls: Calls,
    sizes: list[int],
) -> None:
    assert publish(world, *(sized(f"subject-{n}", size) for n, size in enumerate(sizes))) == []
    put = calls.of("PutEvents")
    assert [len(call["Entries"]) for call in put] == [1] * len(sizes)
    for call in put:
        assert sum(map(entry_bytes, call["Entries"])) <= 256 * 1024


def test_what_just_fits_into_a_call_is_put_in_one(world: World, calls: Calls) -> None:
    sizes = (128 * 1024, 128 * 1024 - 1)
    assert publish(world, *(sized(f"subject-{n}", size) for n, size in enumerate(sizes))) == []
    (put,) = calls.of("PutEvents")
    assert sum(map(entry_bytes, put["Entries"])) == 256 * 1024 - 1


@pytest.mark.parametrize("code", ["ThrottlingException", "AccessDeniedException"])
def test_when_the_bus_takes_nothing_all_is_named_and_nothing_is_deleted(
    world: World, calls: Calls, code: str
) -> None:
    calls.refuse("PutEvents", refused("PutEvents", code), times=2)
    items = [stored(f"subject-{n}") for n in range(12)]
    assert publish(world, *items) == [str(100 + n) for n in range(12)]
    assert len(world.pending()) == 12
    assert calls.of("BatchWriteItem") == []
    assert unpublished(world) == []
    assert publish(world, *items) == []
    assert sorted(world.bus.subjects()) == sorted(item["subject"] for item in items)


def test_a_refusal_of_one_call_does_not_keep_what_an_earlier_one_took(
    world: World, calls: Calls
) -> None:
    first, last = [f"subject-{n}" for n in range(10)], ["subject-10", "subject-11"]

    def taken() -> None:
        if world.bus.calls == [first]:
            raise throttled("PutEvents")

    calls.overtake("PutEvents", taken, times=2)
    assert publish(world, *map(stored, first + last)) == ["110", "111"]
    assert left(world) == last


@pytest.mark.parametrize("code", sorted(publishing.REFUSED_FOR_GOOD))
def test_what_the_bus_refuses_for_good_is_set_aside_with_the_reason(
    world: World, code: str
) -> None:
    world.bus.code, world.bus.refusals = code, {"subject-1": 1}
    bad = stored("subject-1")
    assert publish(world, stored("subject-0"), bad, stored("subject-2")) == []
    assert world.bus.calls == [["subject-0", "subject-1", "subject-2"]]
    ((body, reason),) = unpublished(world)
    assert body == {name: value for name, value in bad.items() if value is not None}
    assert reason == f"{code}: not this one"
    assert left(world) == []


def test_what_cannot_be_set_aside_stays_in_the_outbox(world: World, calls: Calls) -> None:
    world.bus.code, world.bus.refusals = "MalformedDetail", {"subject-1": 2}
    calls.refuse("SendMessage", throttled("SendMessage"))
    with pytest.raises(type(throttled("")), match="ThrottlingException"):
        publish(world, stored("subject-1"))
    assert left(world) == ["subject-1"]
    assert publish(world, stored("subject-1")) == []
    assert [body["subject"] for body, _ in unpublished(world)] == ["subject-1"]


def test_a_record_that_is_no_event_is_set_aside_alone(world: World) -> None:
    bad = {"pk": "1", "source": "a-service"}
    assert publish(world, bad, stored("subject-1")) == []
    assert unpublished(world) == [(bad, "no event: Object missing required field `detailType`")]
    assert world.bus.subjects() == ["subject-1"]
    assert world.pending() == []


def test_how_many_records_are_not_published_is_told_once_of_a_batch_whatever_becomes_of_them(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    no_event = {"pk": "1", "source": "a-service"}
    stays = [stored(f"subject-{n}") for n in range(12)]
    world.bus.refusals = {"subject-1": 3, "subject-11": 3}
    publish(world, no_event, *stays)
    assert counted(capsys)["Failed"] == [3]
    world.bus.code, world.bus.refusals = "MalformedDetail", {"subject-20": 1}
    publish(world, stored("subject-20"), stored("subject-21"))
    assert counted(capsys)["Failed"] == [1]


def test_where_all_is_published_nothing_is_told_of_failures(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(world, stored("subject-1"))
    assert "Failed" not in counted(capsys)


@pytest.mark.parametrize("given", [None, "Root=1-67891233-abcdef012345678912345678"])
def test_a_trace_goes_on_with_the_event(world: World, calls: Calls, given: str | None) -> None:
    publish(world, outbox.item(decode(some_event())._replace(trace=given)))
    (put,) = calls.of("PutEvents")
    (entry,) = put["Entries"]
    assert entry.get("TraceHeader") == given


def test_an_event_of_a_request_goes_on_with_the_trace_of_the_invocation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-of-the-invocation")
    event = decode(some_event())
    assert outbox.item(event)["traceHeader"] == "Root=1-of-the-invocation"
    assert outbox.item(event._replace(trace="Root=1-own"))["traceHeader"] == "Root=1-own"


def test_what_the_table_leaves_undeleted_is_deleted_again(
    world: World, monkeypatch: pytest.MonkeyPatch, pauses: list[float]
) -> None:
    dynamo = client("dynamodb")
    write = dynamo.batch_write_item
    asked: list[int] = []

    def one_at_a_time(RequestItems: dict[str, list[Any]]) -> dict[str, Any]:
        ((table, deletes),) = RequestItems.items()
        asked.append(len(deletes))
        write(RequestItems={table: deletes[:1]})
        return {"UnprocessedItems": {table: deletes[1:]} if deletes[1:] else {}}

    monkeypatch.setattr(dynamo, "batch_write_item", one_at_a_time)
    assert publish(world, *(stored(f"subject-{n}") for n in range(3))) == []
    assert asked == [3, 2, 1]
    assert len(pauses) == 2
    assert world.pending() == []


def test_a_table_that_deletes_nothing_is_an_error(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(RequestItems: dict[str, list[Any]]) -> dict[str, Any]:
        return {"UnprocessedItems": RequestItems}

    with monkeypatch.context() as patch:
        patch.setattr(client("dynamodb"), "batch_write_item", nothing)
        with pytest.raises(TimeoutError, match="outbox left items undeleted"):
            publish(world, stored("subject-1"))
    assert left(world) == ["subject-1"]
    assert publish(world, stored("subject-1")) == []
    assert world.bus.subjects() == ["subject-1", "subject-1"]


def test_a_crash_between_putting_and_deleting_publishes_again_under_the_same_identity(
    world: World, calls: Calls
) -> None:
    item = stored("subject-1")
    world.write_outbox(item)
    calls.forget()
    calls.die(1, after=True)
    with pytest.raises(Died):
        world.call("publish_events", stream(item))
    assert [operation for operation, _ in calls.made] == ["DescribeEventBus", "PutEvents"]
    calls.forget()
    assert left(world) == ["subject-1"]
    assert publish(world, item) == []
    first, again = (json.loads(entry["Detail"])["metadata"]["id"] for entry in world.bus.taken)
    assert first == again
    assert left(world) == []


def test_a_batch_cut_short_between_two_calls_loses_nothing(world: World, calls: Calls) -> None:
    items = [stored(f"subject-{n}") for n in range(15)]
    world.write_outbox(*items)
    calls.forget()
    calls.die(2, after=False)
    with pytest.raises(Died):
        world.call("publish_events", stream(*items))
    calls.forget()
    assert left(world) == sorted(f"subject-{n}" for n in range(15))
    assert publish(world, *items) == []
    assert set(world.bus.subjects()) == {f"subject-{n}" for n in range(15)}
