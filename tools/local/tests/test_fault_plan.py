"""A plan of faults is drawn from a seed, and keeps faults of one thing apart."""

from collections import Counter
from itertools import pairwise

import pytest

from local.faults.kinds import KINDS, counted
from local.faults.places import Place
from local.faults.plan import LASTS_S, drawn

SECONDS = 300.0
PLACES = {
    kind: [Place("stack", name, f"{name} {number % 2}") for number, name in enumerate("abcd")]
    for kind in KINDS
}


def test_the_same_seed_is_the_same_plan_and_another_seed_is_another() -> None:
    assert drawn(PLACES, 1, SECONDS, 2.0) == drawn(PLACES, 1, SECONDS, 2.0)
    assert drawn(PLACES, 1, SECONDS, 2.0) != drawn(PLACES, 2, SECONDS, 2.0)


@pytest.mark.parametrize("seed", range(20))
def test_no_two_faults_are_on_one_thing_at_once_and_all_end_in_time(seed: int) -> None:
    plan = drawn(PLACES, seed, SECONDS, 0.5)
    things: dict[str, list[tuple[float, float]]] = {}
    for fault in plan:
        things.setdefault(fault.place.thing, []).append((fault.at, fault.until))
    for times in things.values():
        assert all(before[1] <= after[0] for before, after in pairwise(times))
    assert all(fault.at < fault.until <= SECONDS for fault in plan)
    assert [fault.at for fault in plan] == sorted(fault.at for fault in plan)


def test_each_kind_comes_once_before_one_comes_again() -> None:
    plan = drawn(PLACES, 1, len(KINDS) * 4 * LASTS_S[1], LASTS_S[1])
    first = [fault.kind for fault in plan[: len(KINDS)]]
    assert sorted(first) == sorted(KINDS)
    assert len(plan) > len(KINDS)


def test_a_kind_that_has_no_place_is_not_in_the_plan() -> None:
    places = {kind: found if kind == "slow" else [] for kind, found in PLACES.items()}
    assert {fault.kind for fault in drawn(places, 1, SECONDS, 2.0)} == {"slow"}
    assert drawn(dict.fromkeys(KINDS, ()), 1, SECONDS, 2.0) == []


def test_a_fault_is_told_with_its_kind_its_place_and_how_long_it_lasts() -> None:
    places = {"table refusing": [Place("stack", "Table0A1B2C3D", "table")]}
    [told] = {str(fault).rpartition(", for ")[0] for fault in drawn(places, 1, SECONDS, 60.0)}
    assert told == "table refusing      Table of stack: it throttles all reads and writes"


def test_what_was_struck_is_counted_in_words() -> None:
    counts = Counter({"bus deleted": 2, "process killed": 14, "answer lost": 1, "call slow": 0})
    assert counted(counts) == "14 processes killed, 2 buses deleted, 1 answer lost"
