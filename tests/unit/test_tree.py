"""What the code's tree promises: small modules, pure rules, folders that know their own, names."""

import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.unit import tree
from tests.unit.tree import LAMBDAS, RUNTIME, imports, is_handler, modules, shown, within

CONTRACTS = ROOT / "contracts"
STACKS = ROOT / "stacks"
TESTS = ROOT / "tests"

OURS = {
    "app",
    *(path.name for path in ROOT.iterdir() if path.is_dir() and any(path.glob("*.py"))),
    *(path.parent.name for path in LAMBDAS.glob("*/*.py")),
    *(path.parent.name for path in (ROOT / "tools").glob("*/*.py")),
}
"""The top-level packages of the repository."""

RULES = [path for path in tree.domain_modules() if not is_handler(path) and path.name != "store.py"]
"""The modules that hold the rules of a domain's business."""

PURE_RUNTIME = {"eventing.errors", "eventing.events"}
"""What of the runtime the rules may use."""


def known_to(path: Path) -> set[str] | None:
    """What of ours a module may import; None if all of it."""
    match path.relative_to(ROOT).parts:
        case ("app.py",) | ("stacks", *_):
            return {"contracts", "stacks"}
        case ("contracts", _):
            return {"contracts.language"}
        case ("contracts", "language", _):
            return {"contracts"}
        case ("lambdas", "eventing", *_):
            return {"contracts.language", "eventing"}
        case ("lambdas", package, *_):
            return {"contracts", "eventing", package}
    return None


def with_limits() -> list[tuple[Path, int]]:
    """Modules, and the number of lines that each has to be under."""
    domains = tree.domain_modules()
    return [
        (ROOT / "app.py", 120),
        *((path, 80) for path in domains if is_handler(path)),
        *((path, 150) for path in domains if path.name == "store.py"),
        *((path, 120) for path in tree.domain_stacks()),
        *((path, 150) for path in modules(STACKS / "building_blocks")),
    ]


@pytest.mark.parametrize(
    "path",
    [ROOT / "app.py", *modules(CONTRACTS), *modules(STACKS), *modules(LAMBDAS)],
    ids=shown,
)
def test_a_module_imports_only_what_it_may_know(path: Path) -> None:
    known = known_to(path)
    assert known is not None
    ours = {name for name in imports(path) if within(name, OURS)}
    assert {name for name in ours if not within(name, known)} == set(), f"it may know {known}"


@pytest.mark.parametrize("path", RULES, ids=shown)
def test_a_module_of_rules_knows_nothing_of_aws_nor_of_where_it_runs(path: Path) -> None:
    names = set(imports(path))
    runtime = {name for name in names if within(name, {"eventing"})}
    assert {name for name in runtime if not within(name, PURE_RUNTIME)} == set()
    third_party = {
        name
        for name in (name.partition(".")[0] for name in names)
        if name not in OURS and name not in sys.stdlib_module_names
    }
    assert third_party <= {"msgspec"}
    assert not {name for name in names if within(name, {"os", "subprocess", "socket", "urllib"})}


@pytest.mark.parametrize("path", modules(CONTRACTS), ids=shown)
def test_a_contract_needs_nothing_but_msgspec(path: Path) -> None:
    tops = {name.partition(".")[0] for name in imports(path)}
    assert tops - OURS - set(sys.stdlib_module_names) <= {"msgspec"}


@pytest.mark.parametrize("path", tree.domain_modules(), ids=shown)
def test_a_domain_makes_no_client_of_its_own(path: Path) -> None:
    assert {name for name in imports(path) if within(name, {"boto3", "botocore"})} == set(), (
        "expected the client that `make` is given"
    )


@pytest.mark.parametrize(
    ("path", "limit"), with_limits(), ids=[shown(path) for path, _ in with_limits()]
)
def test_a_module_is_short(path: Path, limit: int) -> None:
    lines = len(path.read_text().splitlines())
    assert lines < limit, f"{shown(path)} has {lines} lines: expected fewer than {limit}"


@pytest.mark.parametrize(
    "path",
    [
        *tree.domain_modules(),
        *modules(RUNTIME),
        *modules(CONTRACTS),
        *modules(STACKS),
        *(
            path
            for folder in tree.domain_folders()
            for path in modules(TESTS / "unit" / folder.name)
        ),
    ],
    ids=shown,
)
def test_a_module_says_in_its_docstring_what_it_is_for(path: Path) -> None:
    assert tree.docstring(path)


def test_the_same_domains_are_named_everywhere() -> None:
    stacks = {path.stem for path in tree.domain_stacks()}
    folders = {path.name for path in tree.domain_folders()}
    contracts = {path.stem for path in tree.contract_modules()}
    assert tree.misnamed(tree.accounts(), stacks, folders, contracts) == []


@pytest.mark.parametrize(
    ("left_out", "told"),
    [
        ("accounts", ["stacks/gift_cards.py has no account in cdk.json: expected 'gift-cards'"]),
        ("stacks", ["gift-cards has an account in cdk.json and no stack: expected a class GiftC"]),
        ("folders", ["gift-cards has an account in cdk.json and no code: expected lambdas/gift_"]),
        ("contracts", []),
    ],
)
def test_what_is_missing_of_a_domain_is_told_with_where_it_goes(
    left_out: str, told: list[str]
) -> None:
    named = {place: {"orders", "gift_cards"} for place in ("stacks", "folders", "contracts")}
    named["accounts"] = {"orders", "gift-cards"}
    named[left_out] = {"orders"}
    faults = tree.misnamed(**named)
    assert len(faults) == (3 if left_out == "accounts" else len(told))
    for fault, begins in zip(faults, told, strict=False):
        assert fault.startswith(begins)
