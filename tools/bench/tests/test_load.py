"""What the benchmarks make of times."""

import pytest

from bench.load import Load, arrivals, put_on
from bench.report import at_most


def test_each_call_of_a_load_is_made_once() -> None:
    called: list[int] = []

    def call(number: int) -> str:
        called.append(number)
        return str(number)

    sent = put_on(Load("test", count=20), call)
    assert sorted(called) == list(range(20))
    assert len(sent) == 20


def test_percentiles_are_of_the_time_from_call_to_arrival() -> None:
    sent = {str(number): float(number) for number in range(100)}
    found = arrivals(sent, {key: at + at / 100 for key, at in sent.items()})
    assert [found.p50, found.p99] == pytest.approx([0.5, 0.99])


def test_what_did_not_arrive_does_not_count_as_throughput() -> None:
    found = arrivals({"there": 0.0, "lost": 0.0}, {"there": 2.0})
    assert found.per_second == 0.5


@pytest.mark.parametrize(("value", "met"), [(1.6, True), (1.61, False)])
def test_a_target_is_met_up_to_its_limit(value: float, met: bool) -> None:
    assert at_most(1.6, value, "x") == {"target": "≤ 1.6 x", "met": met}
