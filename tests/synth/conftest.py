"""Templates of the topology of cdk.json and of others, each synthesized once.

A test that takes `stack` is run for the template of every domain, and for that of a domain that
nobody has (see `made_up`). One that takes `every_app` sees all templates of the app, and those of
the app with that domain in it.
"""

from pathlib import Path

import pytest

from stacks.topology import DOMAINS
from tests.conftest import Shared
from tests.synth import made_up, template
from tests.synth.made_up import Extended
from tests.synth.template import Template

Templates = dict[str, Template]

ALL_DOMAINS = tuple(dict.fromkeys((*DOMAINS, made_up.DOMAIN)))
"""Those of the app, and the made-up one: in a copy that has it, it is the app's."""


@pytest.fixture(scope="session")
def templates(assembly: Path) -> Templates:
    """The templates by domain, of the topology of cdk.json."""
    return template.read(assembly)


@pytest.fixture(scope="session")
def extended(shared: Shared) -> Extended:
    """The app with one domain more."""
    return Extended(shared("extended", made_up.extend))


@pytest.fixture(scope="session")
def extended_templates(extended: Extended) -> Templates:
    """The templates by domain of the app with one domain more."""
    return template.read(extended.assembly, extended.sources)


@pytest.fixture(params=["templates", "extended_templates"])
def every_app(request: pytest.FixtureRequest) -> Templates:
    """The templates of the app, and of the app with one domain more."""
    found: Templates = request.getfixturevalue(request.param)
    return found


@pytest.fixture(params=ALL_DOMAINS)
def stack(request: pytest.FixtureRequest) -> Template:
    """The template of each domain, and of one that nobody has."""
    domain = request.param
    which = "templates" if domain in DOMAINS else "extended_templates"
    found: Template = request.getfixturevalue(which)[domain]
    return found


@pytest.fixture(scope="session")
def one_account(extended: Extended) -> Templates:
    """The templates of the app with one domain more, with every domain in one account."""
    return template.read(extended.one_account, extended.sources)


@pytest.fixture(scope="session")
def production(extended: Extended) -> Templates:
    """The templates of the production environment of the app with one domain more."""
    return template.read(extended.production, extended.sources)
