"""The whole system, deployed from its own templates, once per worker."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local import running
from local.system import System


@pytest.fixture(scope="session")
def system(assembly: Path) -> Iterator[System]:
    """The running system. Tests share it: each looks at its own orders alone."""
    with running.temporary_system(assembly) as running_system:
        yield running_system
