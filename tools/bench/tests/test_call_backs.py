"""What a sparse event would cost if its consumers called back for the rest."""

from pathlib import Path

import pytest

from bench.call_backs import Answer, example_of, row
from bench.tests import sample
from bench.wiring import Wiring
from bench.workload import CallBack, Request

BACK = CallBack("desk", "NoteLost", lambda note: Request("GET", f"/notes/{note}"))
ANSWERS = [Answer(seconds=n / 1000, size=400) for n in range(1, 101)]


@pytest.fixture
def wiring(tmp_path: Path) -> Wiring:
    return Wiring(sample.written(tmp_path / "cdk.out"))


def test_each_consumer_asks_once_and_waits_for_the_answer_that_the_event_does_not_carry(
    wiring: Wiring,
) -> None:
    values = row(BACK, example_of(wiring, BACK), wiring, ANSWERS, "notes").values
    assert (values["consumers"], values["requests for each of notes"]) == (1, 1)
    assert (values["p50 added ms"], values["p99 added ms"]) == (51, 100)
    assert values["bytes full"] == int(values["bytes sparse"]) + 400
    assert values["bytes saved"] == 400


def test_an_event_without_an_example_is_named(wiring: Wiring) -> None:
    unknown = CallBack("desk", "NoteFound", BACK.request)
    with pytest.raises(LookupError, match="no golden event of desk NoteFound"):
        example_of(wiring, unknown)
