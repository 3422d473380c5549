"""The tools know nothing of the app: they import none of it and name none of its domains."""

import ast
import json
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from contracts.language.catalog import CURRENT
from tests.conftest import ROOT

TOOLS = ROOT / "tools"
OF_THE_APP = {
    path.stem
    for path in ROOT.iterdir()
    if path.name != TOOLS.name
    and not path.name.startswith(".")
    and (path.suffix == ".py" or any(path.glob("*.py")) or path.name == "lambdas")
} | {path.name for path in (ROOT / "lambdas").iterdir() if path.is_dir()}
"""What can be imported of the app: its modules and packages, and those of the functions."""


def names_of_the_business() -> set[str]:
    """The domains with their accounts, the sources and types of their events."""
    accounts: dict[str, str] = json.loads((ROOT / "cdk.json").read_text())["context"]["accounts"]
    events = CURRENT.values()
    spellings = {spelling for domain in accounts for spelling in (domain, domain.replace("-", "_"))}
    return (
        spellings
        | set(accounts.values())
        | {event.source for event in events}
        | {event.detail_type for event in events}
    )


def modules() -> list[Path]:
    return sorted(TOOLS.rglob("*.py"))


def imported(tree: ast.Module) -> set[str]:
    """The packages and modules at the top of what a module imports."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


def named(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every identifier and every text of a module with its line, docstrings apart."""
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and ast.get_docstring(node) is not None
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.Name):
            yield line, node.id
        elif isinstance(node, ast.Attribute):
            yield line, node.attr
        elif isinstance(node, ast.arg | ast.keyword):
            yield line, node.arg or ""
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield line, node.name
        elif isinstance(node, ast.Constant) and id(node) not in docstrings:
            yield line, str(node.value)


def words(text: str) -> set[str]:
    """The words of a text: what stands between signs other than a dash and a low line."""
    return set("".join(c if c.isalnum() or c in "-_" else " " for c in text).split())


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(TOOLS)))
def test_a_tool_imports_nothing_of_the_app_and_names_nothing_of_the_business(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert imported(tree) & OF_THE_APP == set()
    business = names_of_the_business()
    found = [f"{path}:{line}: {text!r}" for line, text in named(tree) if words(text) & business]
    assert found == []


def other_tools(package: str) -> set[str]:
    """The tools that the modules of one import, its tests apart."""
    packages = {path.parent.name for path in TOOLS.glob("*/__init__.py")}
    own = (path for path in modules() if path.relative_to(TOOLS).parts[0] == package)
    found = {
        name
        for path in own
        if "tests" not in path.parts
        for name in imported(ast.parse(path.read_text(encoding="utf-8")))
    }
    return found & packages - {package}


def test_tools_import_each_other_in_no_circle() -> None:
    tools = {path.parent.name for path in TOOLS.glob("*/*.py")}
    graph = {tool: other_tools(tool) for tool in tools}
    assert {"deploy", "routes"} <= graph.keys()
    assert list(TopologicalSorter(graph).static_order())
    assert "routes" in graph["deploy"]
    assert graph["routes"] == set()


def test_the_check_knows_what_is_of_the_app_and_of_the_business() -> None:
    assert {"app", "business", "contracts", "stacks", "tests", "eventing"} <= OF_THE_APP
    assert names_of_the_business() >= {event.detail_type for event in CURRENT.values()}


def test_an_import_and_a_name_are_found_and_a_docstring_is_not() -> None:
    tree = ast.parse('"""orders"""\nimport contracts.orders\nx = "a OrderPlaced b"\norders = x\n')
    assert imported(tree) == {"contracts"}
    assert {text for _, text in named(tree)} == {"x", "a OrderPlaced b", "orders"}
