"""A copy with a made-up domain, as `make domain` leaves it, made once."""

from pathlib import Path

import pytest

from tests.conftest import Shared
from tests.scaffold import copies
from tests.scaffold.copies import Copy


@pytest.fixture(scope="session")
def with_domain(shared: Shared) -> Copy:
    """The copy, which tests leave as it is."""
    return Copy(shared("with-domain", _make))


def _make(folder: Path) -> None:
    made = copies.with_domain(folder)
    made.synthesizes()
    made.succeeds("-m", "routes", "docs", "README.md", "docs/routes.md")
