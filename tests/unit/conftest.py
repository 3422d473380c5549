"""AWS as moto has it, empty at the start of each test but for what a domain's stack makes."""

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import settings

from eventing.observability import logger
from tests.unit.calls import Calls
from tests.unit.deployed import Deployed, read
from tests.unit.world import World, world_of

settings.register_profile("crossbus", deadline=None, database=None, max_examples=100)
settings.load_profile("crossbus")


@pytest.fixture(scope="session")
def deployed(assembly: Path) -> dict[str, Deployed]:
    """What the app deploys, by domain."""
    return read(assembly)


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long a handler would have paused, in seconds. It does not."""
    taken: list[float] = []
    monkeypatch.setattr("eventing.aws.time", SimpleNamespace(sleep=taken.append))
    return taken


@pytest.fixture
def world(
    request: pytest.FixtureRequest,
    deployed: dict[str, Deployed],
    pauses: list[float],  # noqa: ARG001
) -> Iterator[World]:
    """The account of the domain in whose folder the test stands, with its functions."""
    with world_of(deployed[request.path.parent.name.replace("_", "-")]) as made:
        yield made


Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Lines:
    """Returns the lines that functions have logged by then."""
    stream = io.StringIO()
    monkeypatch.setattr(logger.registered_handler, "stream", stream)
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.fixture
def calls(world: World, monkeypatch: pytest.MonkeyPatch) -> Calls:  # noqa: ARG001
    """The AWS calls that are made from here on."""
    return Calls(monkeypatch)
