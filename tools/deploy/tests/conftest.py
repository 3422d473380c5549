"""What the tests of deploying share."""

from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.deployed import read
from deploy.tests import sample
from routes.reading.assembly import Assembly

Made = Callable[[sample.Templates], Assembly]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """Reads templates as an assembly, each time another."""
    count = iter(range(1_000_000))
    return lambda templates: (
        read(sample.write(tmp_path / f"cdk.{next(count)}", templates))
        if templates
        else Assembly(tmp_path, [])
    )
