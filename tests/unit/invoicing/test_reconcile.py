"""`reconcile`: tells which orders are known for long and not invoiced, and mends nothing."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest

from invoicing import reconcile
from tests.unit.calls import Calls
from tests.unit.invoicing.scenarios import asked, known
from tests.unit.messages import batch, event, failed
from tests.unit.metrics import counted
from tests.unit.orders.published import order_cancelled, order_placed
from tests.unit.world import World

HOUR = timedelta(hours=1)


class Told(NamedTuple):
    """What a run tells: the metric, and in the log the ids by jurisdiction."""

    overdue: float
    order_ids: dict[str, list[str]]


Run = Callable[..., Told]


@pytest.fixture
def run(world: World, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> Run:
    """Runs `reconcile` so long after now."""

    def after(time: timedelta = timedelta()) -> Told:
        capsys.readouterr()
        caplog.clear()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(reconcile, "PATIENCE", reconcile.PATIENCE - time)
            assert failed(world.call("reconcile", batch("a minute"))) == []
        (overdue,) = counted(capsys)["InvoicesOverdue"]
        told: list[Any] = [one for one in caplog.records if hasattr(one, "order_ids")]
        return Told(overdue, {one.jurisdiction: one.order_ids for one in told})

    return after


def test_an_order_that_was_asked_for_and_is_not_numbered_is_told_of_after_half_an_hour(
    world: World, run: Run
) -> None:
    world.consume("issue_invoice", order_placed("order-1"), order_placed("order-2", "us-east"))
    assert run(timedelta(minutes=29)).overdue == 0
    told = run(timedelta(minutes=31))
    assert told.overdue == 2
    assert told.order_ids == {"IE": ["order-1"], "US-NY": ["order-2"]}


def test_an_order_is_told_of_until_it_is_numbered_and_its_event_again_does_not_change_that(
    world: World, run: Run
) -> None:
    world.consume("issue_invoice", order_placed())
    before = world.items("INVOICE#")
    world.consume("issue_invoice", event(order_placed(), "another-event"))
    assert world.items("INVOICE#") == before
    assert run(HOUR).overdue == 1
    world.consume("number_invoice", *asked(order_placed()))
    assert run(HOUR).overdue == 0
    world.consume("issue_invoice", order_placed())
    assert run(HOUR).overdue == 0


def test_a_cancellation_whose_order_never_came_is_told_of_and_one_that_has_its_order_is_not(
    world: World, run: Run
) -> None:
    world.consume("number_invoice", *asked(order_cancelled("order-1")))
    world.consume("number_invoice", *asked(order_placed("order-2"), order_cancelled("order-2")))
    assert run(HOUR).order_ids == {"IE": ["order-1"]}
    world.consume("number_invoice", *asked(order_placed("order-1")))
    assert run(HOUR).overdue == 0


def test_all_are_counted_and_the_longest_known_are_named(
    world: World, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("invoicing.measures.LOGGED", 2)
    since = datetime.now(UTC) - 2 * HOUR
    for n in range(4):
        known(world, f"order-{n}", since - n * HOUR)
    told = run()
    assert (told.overdue, told.order_ids) == (4, {"IE": ["order-3", "order-2"]})


def test_it_asks_for_what_is_open_and_writes_nothing(calls: Calls, run: Run) -> None:
    run()
    assert {operation for operation, _ in calls.made} == {"Query"}
    assert {asked["IndexName"] for asked in calls.of("Query")} == {"awaited"}
