"""Looking again until something is so, or until the time is over."""

import pytest

from operate.polling import poll


def test_it_looks_until_that_is_done_and_returns_what_it_saw() -> None:
    seen = iter(range(10))
    assert poll(lambda: next(seen), lambda number: number == 3, every_s=0) == 3
    assert next(seen) == 4


def test_when_the_time_is_over_it_returns_what_it_saw_last() -> None:
    seen = iter(range(10))
    assert poll(lambda: next(seen), lambda number: number == 3, every_s=0, within_s=0) == 0


def test_what_cannot_be_looked_at_is_told_at_once() -> None:
    with pytest.raises(ZeroDivisionError):
        poll(lambda: 1 / 0, bool, every_s=0)
