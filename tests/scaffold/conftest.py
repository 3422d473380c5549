"""The app with a made-up domain, as `make domain` leaves it: the copy that tests/synth looks at."""

import pytest

from tests.conftest import Shared
from tests.scaffold.copies import Copy
from tests.synth import made_up
from tests.synth.made_up import Extended


@pytest.fixture(scope="session")
def with_domain(shared: Shared) -> Copy:
    """The copy, which tests leave as it is."""
    return Copy(Extended(shared("extended", made_up.extend)).sources)
