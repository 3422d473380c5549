"""Templates of the topology of cdk.json and of others, each synthesized once.

A test that takes `stack` is run for the template of every domain, and for that of a domain that
nobody has (see `made_up`). One that takes `every_app` sees all templates of the app, and those of
the app with that domain in it.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import app
from stacks.topology import DOMAINS
from tests.conftest import Shared
from tests.scaffold import copies
from tests.synth import made_up, template
from tests.synth.made_up import Synth
from tests.synth.template import Template

Templates = dict[str, Template]

ALL_DOMAINS = (*DOMAINS, made_up.DOMAIN)


class Extended(NamedTuple):
    """A folder with a copy of the app with the made-up domain in it, and its cloud assemblies."""

    folder: Path

    @property
    def sources(self) -> Path:
        """The root of the copy."""
        return self.folder / "app"

    @property
    def assembly(self) -> Path:
        """As cdk.json says."""
        return self.folder / "cdk.out"

    @property
    def one_account(self) -> Path:
        """With every domain in one account."""
        return self.folder / "one-account"

    @property
    def production(self) -> Path:
        """The production environment of an organization, in another region."""
        return self.folder / "production"

    @property
    def changed(self) -> dict[Path, Path]:
        """As cdk.json says, with another content of one source file, by that file."""
        code = Path("lambdas", made_up.PACKAGE, "__init__.py")
        contract = Path("contracts", f"{made_up.PRODUCER}.py")
        return {file: self.folder / f"changed-{file.parts[0]}" for file in (code, contract)}


@pytest.fixture(scope="session")
def templates(assembly: Path) -> Templates:
    """The templates by domain, of the topology of cdk.json."""
    return template.read(assembly)


@pytest.fixture(scope="session")
def build(shared: Shared) -> Callable[..., Path]:
    """Synthesizes a topology in this process; returns the folder of its cloud assembly."""

    def synthesized(**changes: Any) -> Path:
        values = app.context([]) | changes
        name = "-".join(f"{key}={value}" for key, value in sorted(changes.items()))
        return shared(re.sub(r"[^\w=.-]", "_", name), lambda folder: _build(values, folder))

    return synthesized


def _build(values: dict[str, Any], outdir: Path) -> None:
    app.build(values, str(outdir)).synth()


@pytest.fixture(scope="session")
def extended(shared: Shared) -> Extended:
    """The app with one domain more."""
    return Extended(shared("extended", _extend))


def _extend(folder: Path) -> None:
    made = Extended(folder)
    production = {"environment": "prod", "organization": "o-a1b2c3d4e5", "region": "us-east-1"}
    copy = copies.with_domain(made.sources, made_up.DOMAIN)
    made_up.synthesize(
        copy,
        Synth(made.assembly),
        Synth(made.one_account, context={"accounts": "333333333333"}),
        Synth(made.production, context=production),
        *(Synth(outdir, changed=copy.folder / file) for file, outdir in made.changed.items()),
    )


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
def one_account(extended: Extended) -> Templates:
    """The templates of the app with one domain more, with every domain in one account."""
    return template.read(extended.one_account, extended.sources)


@pytest.fixture(scope="session")
def production(extended: Extended) -> Templates:
    """The templates of the production environment of the app with one domain more."""
    return template.read(extended.production, extended.sources)
