"""Runs of many histories: what each mutation comes to is told as soon as it is known."""

from concurrent.futures import Future
from pathlib import Path
from typing import Any, cast

from simulate.runs import App, Found, all_found

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
