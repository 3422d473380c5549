"""What the tests of the routes share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from routes.checks import run
from routes.checks.base import Context, Finding
from routes.journeys.examples import examples_for
from routes.journeys.graph import Routes
from routes.tests import sample
from routes.tests.domains import Made, reader

Check = Callable[..., list[Finding]]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Checks templates with events: one of each location where none are given."""

    def checked(
        templates: sample.Templates, *events: dict[str, Any], without_events: bool = False
    ) -> list[Finding]:
        folder = None if without_events else sample.write_events(tmp_path / "events", *events)
        routes = Routes.of(sample.write_assembly(tmp_path / "cdk.out", templates))
        return run(Context(routes, examples_for(routes, folder)))

    return checked


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """Reads templates of domains as an assembly, each time another."""
    return reader(tmp_path)


@pytest.fixture
def routes_of(tmp_path: Path) -> Callable[[sample.Templates], Routes]:
    """Reads the routes of templates."""
    return lambda templates: Routes.of(sample.write_assembly(tmp_path / "cdk.out", templates))
