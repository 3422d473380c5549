"""`sweep_outbox`: publishes what the publisher left, and tells the age of the oldest."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from eventing import outbox, sweeper
from eventing.events import decode
from eventing.publishing import MAX_ENTRIES
from tests.unit.calls import Calls, refused
from tests.unit.golden import some_event
from tests.unit.messages import batch, failed
from tests.unit.metrics import counted
from tests.unit.world import World


def waiting(world: World, **minutes: float) -> None:
    """Fills the outbox with events about these, which have waited for so long."""
    now = datetime.now(UTC)
    for subject, waited in minutes.items():
        item = outbox.item(decode(some_event(id=f"event-of-{subject}", subject=subject)))
        at = (now - timedelta(minutes=waited)).isoformat()
        world.write_outbox(item | {"occurredAt": at})


def swept(world: World, capsys: pytest.CaptureFixture[str]) -> dict[str, list[float]]:
    """Sweeps; returns the metrics that it tells."""
    capsys.readouterr()
    assert failed(world.call("sweep_outbox", batch("a minute"))) == []
    return counted(capsys)


def left(world: World) -> set[str]:
    return {item["subject"] for item in world.pending()}


def test_an_empty_outbox_has_an_age_of_nothing_and_tells_it(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert swept(world, capsys) == {"OutboxAge": [0]}
    assert world.bus.calls == []


def test_what_is_new_is_left_to_the_publisher(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    minutes = sweeper.PATIENCE.total_seconds() / 60
    waiting(world, new=0, young=minutes - 0.5, old=minutes + 0.5)
    ((age,),) = swept(world, capsys).values()
    assert world.bus.subjects() == ["old"]
    assert left(world) == {"new", "young"}
    assert 60 * (minutes + 0.5) <= age < 60 * (minutes + 1)


def test_the_oldest_are_published_first(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    waiting(world, b=20, d=5, a=30, c=10)
    swept(world, capsys)
    assert world.bus.subjects() == ["a", "b", "c", "d"]
    assert left(world) == set()


def test_what_the_bus_does_not_take_is_left_and_its_age_is_told_again(
    world: World, calls: Calls, capsys: pytest.CaptureFixture[str]
) -> None:
    waiting(world, old=30)
    calls.refuse("PutEvents", refused("PutEvents", "AccessDeniedException"))
    for _ in range(2):
        ((age,),) = swept(world, capsys).values()
        assert 1_800 <= age < 1_860
    assert world.bus.subjects() == ["old"]
    assert swept(world, capsys) == {"OutboxAge": [0]}


def test_what_one_run_leaves_the_next_publishes(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeper, "MOST", MAX_ENTRIES + 1)
    waiting(world, **{f"subject{n}": 100 - n for n in range(MAX_ENTRIES + 3)})
    swept(world, capsys)
    assert len(world.bus.taken) == MAX_ENTRIES + 1
    assert left(world) == {f"subject{MAX_ENTRIES + 1}", f"subject{MAX_ENTRIES + 2}"}
    swept(world, capsys)
    assert left(world) == set()


def test_what_is_from_the_future_has_no_negative_age(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    waiting(world, ahead=-5)
    assert swept(world, capsys) == {"OutboxAge": [0]}
    assert left(world) == {"ahead"}


@pytest.mark.parametrize(
    ("spoiled", "expected"),
    [
        ({"occurredAt": None}, "missing required field `occurredAt`"),
        ({"source": None}, "missing required field `source`"),
        ({"occurredAt": "yesterday"}, "Invalid RFC3339"),
        ({"occurredAt": "2026-11-23T10:00:00"}, "timezone"),
        ({"detail": 5}, "Expected `str`, got `int` - at `$.detail`"),
    ],
)
def test_what_is_no_event_is_set_aside_with_its_reason_and_the_others_are_published(
    world: World, capsys: pytest.CaptureFixture[str], spoiled: dict[str, Any], expected: str
) -> None:
    waiting(world, older=40, good=30)
    [older] = [item for item in world.pending() if item["subject"] == "older"]
    world.write_outbox(older | spoiled)
    ((age,),) = swept(world, capsys).values()
    assert 1_800 <= age < 1_860
    assert world.bus.subjects() == ["good"]
    assert left(world) == set()
    (message,) = world.received("unpublished")
    assert json.loads(message["Body"])["subject"] == "older"
    assert expected in message["MessageAttributes"]["error"]["StringValue"]


def test_what_cannot_be_set_aside_stays_and_the_others_are_published(
    world: World, calls: Calls
) -> None:
    waiting(world, older=40, good=30)
    [older] = [item for item in world.pending() if item["subject"] == "older"]
    world.write_outbox(older | {"source": None})
    calls.refuse("SendMessage", refused("SendMessage", "AccessDenied"))
    with pytest.raises(ClientError):
        world.call("sweep_outbox", batch("a minute"))
    assert world.bus.subjects() == ["good"]
    assert left(world) == {"older"}


def test_what_the_bus_refuses_for_good_is_set_aside(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    waiting(world, bad=30, good=20)
    world.bus.code, world.bus.refusals = "MalformedDetail", {"bad": 1}
    swept(world, capsys)
    assert world.bus.subjects() == ["good"]
    assert left(world) == set()
    bodies: list[dict[str, Any]] = [json.loads(body) for body in world.messages("unpublished")]
    assert [body["subject"] for body in bodies] == ["bad"]
