"""Templates of the topology of cdk.json and of others, each synthesized once."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import app
from tests.synth import template
from tests.synth.template import Template

DOMAINS = ("orders", "invoicing")

Templates = dict[str, Template]


@pytest.fixture(scope="session")
def templates(assembly: Path) -> Templates:
    """The templates by domain, of the topology of cdk.json."""
    return template.read(assembly)


@pytest.fixture(params=DOMAINS)
def stack(request: pytest.FixtureRequest, templates: Templates) -> Template:
    """The template of each domain."""
    return templates[request.param]


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Synthesizes a topology in this process; returns the folder of its cloud assembly."""

    def synthesized(**changes: Any) -> Path:
        outdir = tmp_path_factory.mktemp("cdk.out")
        app.build(app.context([]) | changes, str(outdir)).synth()
        return outdir

    return synthesized


@pytest.fixture(scope="session")
def one_account(build: Callable[..., Path]) -> Templates:
    """The templates with every domain in one account."""
    return template.read(build(accounts="333333333333"))


@pytest.fixture(scope="session")
def production_assembly(build: Callable[..., Path]) -> Path:
    """The assembly of a production environment of an organization, in another region."""
    return build(environment="prod", organization="o-a1b2c3d4e5", region="us-east-1")


@pytest.fixture(scope="session")
def production(production_assembly: Path) -> Templates:
    """The templates of the production environment."""
    return template.read(production_assembly)
