"""A copy with a made-up domain, made once."""

import pytest

from tests.scaffold import copies
from tests.scaffold.copies import Copy


@pytest.fixture(scope="session")
def with_domain(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """The copy, which tests leave as it is."""
    return copies.with_domain(tmp_path_factory.mktemp("with-domain"))
