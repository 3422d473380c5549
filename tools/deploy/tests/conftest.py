"""What the tests of deploying share."""

from pathlib import Path

import pytest

from routes.tests.domains import Made, reader


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """Reads templates as an assembly, each time another."""
    return reader(tmp_path)
