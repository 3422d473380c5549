"""Runs of many histories, with a mutation or without."""

import re
from concurrent.futures import Future
from pathlib import Path
from typing import Any, cast

import pytest

from simulate.business import load
from simulate.runs import App, Failed, Found, all_found, simulation
from simulate.tests import things

SLOW, QUICK = Found("slow", 1, 1, ""), Found("quick", 1, 1, "")


class Pool:
    """A pool in which one mutation ends at once, and the other when it is let."""

    def __init__(self) -> None:
        self.slow: Future[Found] = Future()

    def submit(self, _do: object, app: App, *_more: object) -> Future[Found]:
        if app.mutation == SLOW.mutation:
            return self.slow
        future: Future[Found] = Future()
        future.set_result(QUICK)
        return future


def test_a_slow_mutation_holds_no_other_up() -> None:
    pool = Pool()
    names = iter((SLOW.mutation, QUICK.mutation))
    told = all_found(cast(Any, pool), App(Path("none"), "none"), names, 1, 1)
    assert next(told) == QUICK
    pool.slow.set_result(SLOW)
    assert list(told) == [SLOW]


def test_a_mutation_that_nobody_knows_is_an_error_that_names_the_nearest(tmp_path: Path) -> None:
    business = things.__name__
    known = load(business).MUTATIONS[0].name
    with pytest.raises(Failed, match=re.escape(f"expected {known!r}")):
        simulation(App(tmp_path, business, known[:-1] + "?"))
