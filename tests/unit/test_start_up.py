"""What a function imports when it starts: each module and client is a part of its cold start.

Handlers are imported from the asset that is deployed, in an interpreter of their own.
"""

import json
import os
import re
import subprocess
import sys
import sysconfig
from functools import cache
from importlib.metadata import packages_distributions, requires
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.conftest import ROOT
from tests.unit.deployed import DOMAINS, REGION, Deployed

IMPORT = """
import importlib, json, os, sys
import botocore.client

def refuse(*arguments, **more):
    raise AssertionError("a client was made")

if "AWS_LAMBDA_FUNCTION_NAME" not in os.environ:
    botocore.client.ClientCreator.create_client = refuse
found, seen = {}, set(sys.modules)
for name in sys.argv[1:]:
    importlib.import_module(name)
    new = sys.modules.keys() - seen
    found[name] = {one: getattr(sys.modules[one], "__file__", None) for one in new}
    seen |= new
print(json.dumps(found))
"""

SITE_PACKAGES = sysconfig.get_path("purelib")
STANDARD_LIBRARY = sysconfig.get_path("stdlib")

HEAVY = re.compile(
    r"aws_xray_sdk|aws_lambda_powertools\.utilities\.(?!jmespath_utils)|jsonschema|requests"
)
"""What takes longer to import than all the rest of a function."""

ON_LAMBDA = {
    "AWS_LAMBDA_FUNCTION_NAME": "function",
    "AWS_DEFAULT_REGION": REGION,
    "LAMBDA_TASK_ROOT": "/var/task",
}

LOCKED = re.compile(r"^([\w-]+)==", re.MULTILINE)


class Imported(NamedTuple):
    """A module, its file if it has one, and the handler's module that first imported it."""

    module: str
    file: str | None
    by: str


def imported_by(asset: Path, modules: list[str], environment: dict[str, str]) -> list[Imported]:
    """What a fresh interpreter has after it imported these modules of an asset, but for what
    botocore needs anyway.
    """
    done = subprocess.run(
        [sys.executable, "-c", IMPORT, *modules],
        cwd=asset,
        env=environment | {"PYTHONPATH": str(asset)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    return [
        Imported(module, file, by) for by, files in found.items() for module, file in files.items()
    ]


@cache
def _imports(deployed: Deployed) -> tuple[Imported, ...]:
    """What all handlers of a domain import outside Lambda, with an empty environment."""
    by_asset: dict[Path, list[str]] = {}
    for function in deployed.functions.values():
        by_asset.setdefault(function.asset, []).append(function.module)
    return tuple(one for asset, all in by_asset.items() for one in imported_by(asset, all, {}))


@pytest.fixture
def imports(deployed: dict[str, Deployed], domain: str) -> tuple[Imported, ...]:
    """What all handlers of the domain import. They make no client."""
    return _imports(deployed[domain])


def at_hand() -> set[str]:
    """The distributions that a function finds: the layer's, and the runtime's boto3."""
    locked = LOCKED.findall((ROOT / "lambdas" / "requirements.txt").read_text())
    found = {_normal(name) for name in locked}
    left = ["boto3"]
    while left:
        name = left.pop()
        found.add(_normal(name))
        needs = [need for need in requires(name) or [] if "extra ==" not in need]
        left += [re.split(r"[^\w.-]", need)[0] for need in needs]
    return found


def _normal(distribution: str) -> str:
    return re.sub("[-_.]+", "-", distribution).lower()


@pytest.mark.parametrize("domain", DOMAINS)
def test_handlers_are_imported_with_no_environment_and_make_no_client(
    imports: tuple[Imported, ...], deployed: dict[str, Deployed], domain: str
) -> None:
    modules = {function.module for function in deployed[domain].functions.values()}
    assert modules <= {one.module for one in imports}


@pytest.mark.parametrize("domain", DOMAINS)
def test_a_handler_imports_only_what_is_deployed_with_it(
    imports: tuple[Imported, ...], deployed: dict[str, Deployed], domain: str
) -> None:
    places = {str(function.asset) for function in deployed[domain].functions.values()}
    places |= {SITE_PACKAGES, STANDARD_LIBRARY, sysconfig.get_path("platstdlib")}
    elsewhere = [
        one
        for one in imports
        if one.file and not one.file.startswith(tuple(f"{place}{os.sep}" for place in places))
    ]
    assert elsewhere == []


@pytest.mark.parametrize("domain", DOMAINS)
def test_a_handler_s_packages_are_in_the_layer_or_the_runtime(
    imports: tuple[Imported, ...],
) -> None:
    distributions = packages_distributions()
    there = at_hand()
    missing = {
        f"{one.by} imports {one.module}: expected it in lambdas/requirements.in"
        for one in imports
        if one.file and one.file.startswith(f"{SITE_PACKAGES}{os.sep}")
        if not {_normal(d) for d in distributions.get(one.module.partition(".")[0], [])} & there
    }
    assert missing == set()


@pytest.mark.parametrize("domain", DOMAINS)
def test_a_handler_imports_nothing_heavy(imports: tuple[Imported, ...]) -> None:
    assert [one for one in imports if HEAVY.match(one.module)] == []


@pytest.mark.parametrize("domain", DOMAINS)
def test_on_lambda_nothing_heavy_is_imported_either_and_clients_are_made(
    deployed: dict[str, Deployed], domain: str
) -> None:
    here = deployed[domain]
    functions = here.functions.values()
    given = {n: here.resolve(value) for one in functions for n, value in one.environment.items()}
    modules = [function.module for function in functions]
    found = imported_by(next(iter(functions)).asset, modules, ON_LAMBDA | given)
    assert {one.module for one in found} >= set(modules)
    assert [one for one in found if HEAVY.match(one.module)] == []
