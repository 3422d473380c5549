"""`publish_events`: the outbox of a table, onto its domain's bus."""

import json
from typing import Any

import pytest

from eventing import outbox, publisher
from eventing.events import decode
from tests.unit.calls import Calls, Died, throttled
from tests.unit.golden import some_event
from tests.unit.messages import failed, stream
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
    return failed(world.call("publish_events", stream(*items)))


def test_an_item_of_the_outbox_comes_onto_the_bus(world: World) -> None:
    item = stored("subject-1")
    assert publish(world, item) == []
    (entry,) = world.bus.taken
    assert (entry["Source"], entry["DetailType"]) == (item["source"], item["detailType"])
    assert (entry["EventBusName"], entry["Detail"]) == ("events", item["detail"])


def test_an_event_is_put_with_the_time_at_which_it_occurred(world: World) -> None:
    publish(world, stored("subject-1"))
    (entry,) = world.bus.taken
    assert entry["Time"] == decode(some_event()).metadata.occurred_at.timestamp()


def test_the_same_record_twice_is_put_twice_with_the_same_identity(world: World) -> None:
    item = stored("subject-1")
    assert publish(world, item, item) == []
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


def test_refused_entries_of_one_call_do_not_hold_up_the_next(world: World) -> None:
    world.bus.refusals = {"subject-0": 3}
    assert publish(world, *(stored(f"subject-{n}") for n in range(12))) == ["100"]
    assert world.bus.calls[-1] == ["subject-10", "subject-11"]


def test_a_named_record_is_done_the_next_time(world: World) -> None:
    world.bus.refusals = {"subject-1": 3}
    assert publish(world, stored("subject-1")) == ["100"]
    assert publish(world, stored("subject-1")) == []


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
        assert sum(map(publisher.entry_bytes, call["Entries"])) <= 256 * 1024


def test_what_just_fits_into_a_call_is_put_in_one(world: World, calls: Calls) -> None:
    sizes = (128 * 1024, 128 * 1024 - 1)
    assert publish(world, *(sized(f"subject-{n}", size) for n, size in enumerate(sizes))) == []
    (put,) = calls.of("PutEvents")
    assert sum(map(publisher.entry_bytes, put["Entries"])) == 256 * 1024 - 1


def test_an_error_of_the_whole_call_fails_the_batch(world: World, calls: Calls) -> None:
    calls.refuse("PutEvents", throttled("PutEvents"))
    with pytest.raises(type(throttled("PutEvents"))):
        publish(world, stored("subject-1"))
    assert publish(world, stored("subject-1")) == []
    assert world.bus.subjects() == ["subject-1"]


def test_a_record_that_is_no_event_fails_alone(world: World) -> None:
    bad = {"pk": "EVENT#1", "source": "a-service"}
    assert publish(world, bad, stored("subject-1")) == ["100"]
    assert world.bus.subjects() == ["subject-1"]


def test_a_batch_cut_short_between_two_calls_loses_nothing(world: World, calls: Calls) -> None:
    items = [stored(f"subject-{n}") for n in range(15)]
    calls.die(1, after=False)
    with pytest.raises(Died):
        publish(world, *items)
    calls.forget()
    assert publish(world, *items) == []
    assert set(world.bus.subjects()) == {f"subject-{n}" for n in range(15)}


def test_the_outbox_keeps_an_event_for_a_week() -> None:
    item = stored("subject-1")
    assert (
        item["expiresAt"]
        == int(decode(some_event()).metadata.occurred_at.timestamp()) + 7 * 24 * 3600
    )
