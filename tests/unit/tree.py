"""The modules of the app as they stand in its folders, and what they import."""

import ast
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from stacks.names import construct_id
from tests.conftest import ROOT

LAMBDAS = ROOT / "lambdas"
RUNTIME = LAMBDAS / "eventing"
HANDLER = "handler = function("
"""What a module of a function has, and no other."""


def shown(path: Path) -> str:
    """A path as messages give it."""
    return str(path.relative_to(ROOT))


def domain_folders() -> list[Path]:
    """The folder of each domain's code."""
    folders = {path.parent for path in LAMBDAS.glob("*/*.py")}
    return sorted(folders - {RUNTIME})


def domain_modules() -> list[Path]:
    """Every module of every domain's code, but for empty ones."""
    return [path for folder in domain_folders() for path in modules(folder)]


def modules(folder: Path) -> list[Path]:
    """The modules in a folder, at any depth, but for empty ones."""
    return sorted(path for path in folder.rglob("*.py") if path.read_text().strip())


def is_handler(path: Path) -> bool:
    """Whether the module is that of a function."""
    return any(line.startswith(HANDLER) for line in path.read_text().splitlines())


def domain_stacks() -> list[Path]:
    """The module of each domain's stack: it has a class that is a DomainStack."""
    return [path for path in sorted((ROOT / "stacks").glob("*.py")) if _has_a_stack(path)]


def _has_a_stack(path: Path) -> bool:
    classes = (node for node in _parsed(path).body if isinstance(node, ast.ClassDef))
    bases = {base.id for one in classes for base in one.bases if isinstance(base, ast.Name)}
    return "DomainStack" in bases


def contract_modules() -> list[Path]:
    """The module of each domain's contract."""
    return sorted(path for path in (ROOT / "contracts").glob("*.py") if path.stem != "__init__")


def accounts() -> set[str]:
    """The domains that have an account in cdk.json."""
    return set(json.loads((ROOT / "cdk.json").read_text())["context"]["accounts"])


@cache
def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def docstring(path: Path) -> str | None:
    """The module's docstring."""
    return ast.get_docstring(_parsed(path))


def imports(path: Path) -> Iterator[str]:
    """What a module imports, anywhere in it: `eventing.events.Event` or `json`.

    AssertionError for a relative import.
    """
    for node in ast.walk(_parsed(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{shown(path)}:{node.lineno}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def within(name: str, places: set[str]) -> bool:
    """Whether an imported name is one of the places, or in one."""
    return any(name == place or name.startswith(f"{place}.") for place in places)


def misnamed(
    accounts: set[str], stacks: set[str], folders: set[str], contracts: set[str]
) -> list[str]:
    """What is missing where: domains of cdk.json, and modules of stacks, lambdas and contracts.

    A domain that publishes nothing has no contract.
    """
    expected = {domain.replace("-", "_"): domain for domain in sorted(accounts)}
    found = []
    for module, domain in expected.items():
        if module not in stacks:
            found.append(
                f"{domain} has an account in cdk.json and no stack: expected a class "
                f"{construct_id(domain)}(DomainStack) in stacks/{module}.py"
            )
        if module not in folders:
            code = f"lambdas/{module}"
            found.append(f"{domain} has an account in cdk.json and no code: expected {code}")
    places = [(f"stacks/{module}.py", module) for module in sorted(stacks)]
    places += [(f"lambdas/{module}", module) for module in sorted(folders)]
    places += [(f"contracts/{module}.py", module) for module in sorted(contracts)]
    found += [
        f"{place} has no account in cdk.json: expected {module.replace('_', '-')!r} in accounts"
        for place, module in places
        if module not in expected
    ]
    return found
