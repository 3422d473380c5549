"""`sweep_outbox`: publishes what the publisher left, and tells the age of the oldest."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from eventing import outbox, sweeper
from eventing.events import decode
from eventing.pending import MAX_ENTRIES
from tests.unit.calls import Calls, refused
from tests.unit.clients import client
from tests.unit.golden import some_event
from tests.unit.messages import Context, batch, failed
from tests.unit.metrics import counted
from tests.unit.world import World

PAGE = MAX_ENTRIES
"""Items of a page, where a test has small ones: one call puts them on the bus."""


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


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch, calls: Calls) -> Calls:
    """A page of the outbox holds ten items, in the order of their keys, as a page of 1 MB would."""
    dynamo = client("dynamodb")
    scan = dynamo.scan

    def ten(**parameters: Any) -> Any:
        return scan(**parameters, Limit=PAGE)

    monkeypatch.setattr(dynamo, "scan", ten)
    return calls


def with_time_for(monkeypatch: pytest.MonkeyPatch, calls: Calls, puts: int) -> None:
    """The function has time until it has put so many chunks more on the bus."""
    ends = len(calls.of("PutEvents")) + puts

    def remaining(_: Context) -> int:
        return 20_000 if len(calls.of("PutEvents")) < ends else sweeper.ENOUGH_MS - 1

    monkeypatch.setattr(Context, "get_remaining_time_in_millis", remaining)


def test_every_page_of_a_large_outbox_is_published_as_it_is_read(
    world: World, small_pages: Calls, capsys: pytest.CaptureFixture[str]
) -> None:
    waiting(world, **{f"subject{n}": 100 - n for n in range(3 * PAGE)})
    small_pages.forget()
    ((age,),) = swept(world, capsys).values()
    assert 100 * 60 <= age < 101 * 60
    assert left(world) == set()
    made = [name for name, _ in small_pages.made if name in ("Scan", "PutEvents")]
    assert made[:6] == ["Scan", "PutEvents"] * 3


def test_a_run_ends_before_its_function_does_and_the_next_goes_on(
    world: World,
    small_pages: Calls,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waiting(world, **{f"subject{n}": 100 - n for n in range(3 * PAGE)})
    for run in (1, 2, 3):
        with_time_for(monkeypatch, small_pages, puts=1)
        ((age,),) = swept(world, capsys).values()
        assert age > 60 * 60, "of those that the run has seen"
        assert len(left(world)) == (3 - run) * PAGE
    assert sorted(world.bus.subjects()) == sorted(f"subject{n}" for n in range(3 * PAGE))


def test_a_run_ends_in_the_middle_of_a_page(
    world: World, calls: Calls, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting(world, **{f"subject{n}": 100 - n for n in range(sweeper.AT_ONCE + 3)})
    with_time_for(monkeypatch, calls, puts=sweeper.AT_ONCE // MAX_ENTRIES)
    swept(world, capsys)
    assert left(world) == {f"subject{sweeper.AT_ONCE + n}" for n in range(3)}, "the youngest"


def test_an_outbox_that_grows_faster_than_it_is_swept_is_published_all_the_same(
    world: World,
    small_pages: Calls,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = {f"first{n}": 90.0 for n in range(2 * PAGE)}
    waiting(world, **first)
    for run in range(8):
        waiting(world, **{f"run{run}x{n}": 30.0 for n in range(PAGE + 2)})
        with_time_for(monkeypatch, small_pages, puts=1)
        swept(world, capsys)
        assert len(world.bus.taken) == (run + 1) * PAGE


def test_what_fails_on_one_page_stops_no_other(
    world: World, small_pages: Calls, capsys: pytest.CaptureFixture[str]
) -> None:
    waiting(world, **{f"subject{n}": 100 - n for n in range(3 * PAGE)})
    small_pages.refuse("PutEvents", refused("PutEvents", "ThrottlingException"))
    swept(world, capsys)
    assert len(left(world)) == PAGE
    assert len(world.bus.taken) == 2 * PAGE


def test_a_scan_that_fails_tells_no_age(
    world: World, calls: Calls, capsys: pytest.CaptureFixture[str]
) -> None:
    waiting(world, old=30)
    calls.refuse("Scan", refused("Scan", "AccessDeniedException"))
    capsys.readouterr()
    with pytest.raises(ClientError):
        world.call("sweep_outbox", batch("a minute"))
    assert counted(capsys) == {}


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
