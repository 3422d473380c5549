"""Every history that AWS may make keeps every promise; and mistakes are found."""

import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from simulate.business import Broken, Business, load
from simulate.functions.running import Handlers
from simulate.history import Ended, Simulation
from simulate.processes import processes
from simulate.runs import App, all_found, histories
from simulate.wiring import Wiring
from tests.conftest import ROOT

BUSINESS = "business.simulation"
HISTORIES = 200
AT_ONCE = 2
PARTS = 16
LOOKED_IN = 120
"""Histories in which a mistake has to be found: the rarest is in one of some twenty."""


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessPoolExecutor]:
    with processes(AT_ONCE) as made:
        yield made


@pytest.fixture(scope="module")
def app(assembly: Path) -> App:
    return App(assembly, BUSINESS)


def seeds() -> Iterator[int]:
    """Half of them are the same each day, and half new ones."""
    yield from range(1, HISTORIES // 2 + 1)
    day = int(f"{datetime.now(UTC):%Y%m%d}000")
    yield from range(day, day + HISTORIES // 2)


@pytest.mark.timeout(300)
def test_every_promise_holds(pool: ProcessPoolExecutor, app: App) -> None:
    ran = deliveries = 0
    for history in histories(pool, app, seeds(), AT_ONCE):
        again = f"python -m simulate --seed {history.seed}"
        assert not history.broken, f"{again}: {history.broken[0].how}"
        deliveries += history.deliveries
        ran += 1
    assert ran == HISTORIES
    assert deliveries > 400 * HISTORIES


@pytest.mark.timeout(300)
def test_every_mistake_is_found_that_the_system_cares_about(
    pool: ProcessPoolExecutor, app: App
) -> None:
    harmful = [each.name for each in load(BUSINESS).MUTATIONS if not each.harmless]
    assert len(harmful) >= 25
    # A part of them each day; `make mistakes` makes all.
    todays = harmful[datetime.now(UTC).toordinal() % PARTS :: PARTS]
    missed = [
        found.mutation
        for found in all_found(pool, app, iter(todays), LOOKED_IN, 1)
        if not found.found
    ]
    assert missed == []


def test_alarms_tell_of_what_rules_and_topics_keep_giving_up(
    pool: ProcessPoolExecutor, assembly: Path
) -> None:
    quiet, often = pool.submit(rang_for_detours, assembly, LOOKED_IN).result()
    assert quiet == set()
    assert often == {"rule", "topic"}


def rang_for_detours(assembly: Path, most: int) -> tuple[set[str], set[str]]:
    """Of what the alarms on detours are that ring: where nothing goes wrong, and in so many
    histories, or until they are of both.
    """
    wiring, business = Wiring(assembly), load(BUSINESS)
    topics = {place.arn for place in wiring.places("topic")}
    rang = set[str]()

    def broken(ended: Ended) -> Iterator[Broken]:
        detours = (each for each in ended.rang() if "Detours" in each.alarm)
        rang.update("topic" if each.of in topics else "rule" for each in detours)
        return iter(())

    watched = cast(Business, SimpleNamespace(**(vars(business) | {"broken": broken})))
    simulated = Simulation(wiring, Handlers(wiring, business, {}), watched)
    simulated.run(1, rate=0)
    quiet = set(rang)
    for seed in range(1, most + 1):
        if len(rang) < 2:
            simulated.run(seed)
    return quiet, rang


def test_a_history_is_told_to_the_last_line_the_same(assembly: Path) -> None:
    command = [sys.executable, "-m", "simulate", "--assembly", str(assembly), "--seed", "4711"]
    one, other = (
        subprocess.run([*command, "--tell"], capture_output=True, text=True, cwd=ROOT, check=True)
        for _ in range(2)
    )
    assert one.stdout == other.stdout
    assert len(one.stdout.splitlines()) > 1000
    assert re.search(r"✗ .* FAULT \w+", one.stdout)
