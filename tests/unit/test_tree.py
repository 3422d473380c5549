"""What the code's tree promises: small handlers, pure rules, and folders that know their own."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LAMBDAS = ROOT / "lambdas"
DOMAINS = ("orders", "invoicing")

PURE = [
    *sorted((ROOT / "contracts").glob("*.py")),
    LAMBDAS / "orders" / "order.py",
    LAMBDAS / "invoicing" / "invoice.py",
    LAMBDAS / "invoicing" / "numbering.py",
    LAMBDAS / "invoicing" / "document.py",
    LAMBDAS / "eventing" / "events.py",
    LAMBDAS / "eventing" / "outbox.py",
]

KNOWS = {
    "contracts": {"contracts"},
    "stacks": {"contracts", "stacks"},
    "lambdas/eventing": {"contracts", "eventing"},
    "lambdas/orders": {"contracts", "eventing", "orders"},
    "lambdas/invoicing": {"contracts", "eventing", "invoicing"},
}
"""What each folder may import of ours."""

OURS = {"app", "stacks", "contracts", "eventing", "orders", "invoicing", "local", "routes", "tests"}


def modules(folder: str) -> list[Path]:
    found = sorted((ROOT / folder).rglob("*.py"))
    assert found
    return found


def imported(path: Path) -> set[str]:
    """The top-level packages that a module imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names.add(node.module or "")
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize("folder", KNOWS)
def test_a_folder_imports_only_what_it_may_know(folder: str) -> None:
    for path in modules(folder):
        assert imported(path) & OURS <= KNOWS[folder], path


@pytest.mark.parametrize("path", PURE, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_pure_module_knows_nothing_of_aws(path: Path) -> None:
    assert not imported(path) & {"boto3", "botocore", "aws_lambda_powertools", "aws_cdk", "os"}


@pytest.mark.parametrize("domain", DOMAINS)
def test_a_module_of_a_domain_is_under_80_lines_unless_it_holds_its_rules(domain: str) -> None:
    rules = {"store.py", "order.py", "invoice.py", "numbering.py", "document.py"}
    for path in modules(f"lambdas/{domain}"):
        if path.name not in rules:
            assert len(path.read_text().splitlines()) < 80, path


@pytest.mark.parametrize("domain", DOMAINS)
def test_no_function_of_ours_makes_a_client_of_its_own(domain: str) -> None:
    for path in modules(f"lambdas/{domain}"):
        assert "boto3" not in imported(path), path
