"""Templates of the topology of cdk.json and of others, each synthesized once.

A test that takes `stack` is run for the template of every domain, and for that of a domain that
nobody has (see `made_up`). One that takes `every_app` sees all templates of the app, and those of
the app with that domain in it.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import app
from stacks.topology import DOMAINS
from tests.scaffold import copies
from tests.scaffold.copies import Copy
from tests.synth import made_up, template
from tests.synth.template import Template

Templates = dict[str, Template]

ALL_DOMAINS = (*DOMAINS, made_up.DOMAIN)


class Extended(NamedTuple):
    """A copy of the app with the made-up domain in it, and its cloud assembly."""

    app: Copy
    assembly: Path
    one_account: Path

    @property
    def sources(self) -> Path:
        """The root of the copy."""
        return self.app.folder


@pytest.fixture(scope="session")
def templates(assembly: Path) -> Templates:
    """The templates by domain, of the topology of cdk.json."""
    return template.read(assembly)


@pytest.fixture(scope="session")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Extended:
    """The app with one domain more, as cdk.json says and in one account."""
    root = tmp_path_factory.mktemp("extended")
    made = Extended(
        copies.with_domain(root / "app", made_up.DOMAIN), root / "cdk.out", root / "one-account"
    )
    made_up.synthesize(
        made.app,
        made_up.Synth(made.assembly),
        made_up.Synth(made.one_account, context={"accounts": "333333333333"}),
    )
    return made


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
    which = "extended_templates" if domain == made_up.DOMAIN else "templates"
    found: Template = request.getfixturevalue(which)[domain]
    return found


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Synthesizes a topology in this process; returns the folder of its cloud assembly."""

    def synthesized(**changes: Any) -> Path:
        outdir = tmp_path_factory.mktemp("cdk.out")
        app.build(app.context([]) | changes, str(outdir)).synth()
        return outdir

    return synthesized


@pytest.fixture(scope="session")
def one_account(extended: Extended) -> Templates:
    """The templates of the app with one domain more, with every domain in one account."""
    return template.read(extended.one_account, extended.sources)


@pytest.fixture(scope="session")
def production_assembly(build: Callable[..., Path]) -> Path:
    """The assembly of a production environment of an organization, in another region."""
    return build(environment="prod", organization="o-a1b2c3d4e5", region="us-east-1")


@pytest.fixture(scope="session")
def production(production_assembly: Path) -> Templates:
    """The templates of the production environment."""
    return template.read(production_assembly)
