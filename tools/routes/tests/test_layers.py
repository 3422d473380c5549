"""The packages are layers: imports go downwards, in no circle, and to nothing of any app."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import networkx as nx
import pytest

import routes
from routes import LAYERS

ROOT = Path(routes.__file__).parent
LIBRARIES = {"ministack", "networkx", "rich", "typer", "yaml"}
MODULES = sorted(path for path in ROOT.rglob("*.py") if "tests" not in path.relative_to(ROOT).parts)


def name_of(path: Path) -> str:
    parts = ("routes", *path.relative_to(ROOT).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported_by(path: Path) -> Iterator[str]:
    known = {name_of(module) for module in MODULES}
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from ([each for each in inner if each in known] or [node.module])


def layer(module: str) -> int:
    """The layer of a module; what stands beside the layers uses them all."""
    parts = module.split(".")
    return LAYERS.index(parts[1]) if len(parts) > 1 and parts[1] in LAYERS else len(LAYERS)


def test_every_package_is_a_layer() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages - {"tests"} == set(LAYERS)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_imports_downwards(path: Path) -> None:
    own = name_of(path)
    upwards = [
        name
        for name in imported_by(path)
        if name.startswith("routes.") and layer(name) > layer(own)
    ]
    assert upwards == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_knows_no_app(path: Path) -> None:
    roots = {name.split(".")[0] for name in imported_by(path)}
    assert roots <= LIBRARIES | {"routes"} | set(sys.stdlib_module_names)


def test_no_module_imports_itself_by_way_of_others() -> None:
    network: nx.DiGraph[str] = nx.DiGraph(
        (name_of(path), name)
        for path in MODULES
        for name in imported_by(path)
        if name.startswith("routes.")
    )
    assert list(nx.simple_cycles(network)) == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_has_at_most_250_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 250
