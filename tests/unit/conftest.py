"""AWS as moto has it, empty at the start of each test."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from hypothesis import settings

from tests.unit.calls import Calls
from tests.unit.world import World, world

settings.register_profile("crossbus", deadline=None, database=None, max_examples=100)
settings.load_profile("crossbus")


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long a handler would have paused, in seconds. It does not."""
    taken: list[float] = []
    monkeypatch.setattr("eventing.aws.time", SimpleNamespace(sleep=taken.append))
    return taken


@pytest.fixture
def aws(pauses: list[float]) -> Iterator[World]:  # noqa: ARG001
    """An account that has what the handlers' environment names."""
    with world() as made:
        yield made


@pytest.fixture
def calls(aws: World, monkeypatch: pytest.MonkeyPatch) -> Calls:  # noqa: ARG001
    """The AWS calls that are made from here on."""
    return Calls(monkeypatch)
