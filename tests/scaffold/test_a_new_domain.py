"""A domain that the generator makes is green at once, and small."""

import json
from pathlib import Path

import pytest

from tests.scaffold.copies import EVENT, MODULE, NAME, OBSERVES, Copy

SOURCES = ("app.py", "contracts", "lambdas", "scaffold", "stacks", "tests")
MOST_NEW_FILES, MOST_CHANGED_FILES = 12, 3


def test_a_new_domain_is_a_few_files_and_a_few_lines_elsewhere(
    with_domain: Copy, tmp_path: Path
) -> None:
    with_domain.synthesizes()
    with_domain.succeeds("-m", "routes", "docs", "README.md", "docs/routes.md")
    before = Copy(tmp_path)
    files = {path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()}
    after = {
        path.relative_to(with_domain.folder)
        for path in with_domain.folder.rglob("*")
        if path.is_file() and not {"cdk.out", "__pycache__", ".ruff_cache"} & set(path.parts)
    }
    changed = [
        str(path)
        for path in files
        if (before.folder / path).read_bytes() != (with_domain.folder / path).read_bytes()
    ]
    assert len(after - files) <= MOST_NEW_FILES
    assert sorted(changed) == ["README.md", "cdk.json", "stacks/subscriptions.py"]
    assert len(changed) <= MOST_CHANGED_FILES


def test_a_new_domain_passes_the_checks(with_domain: Copy) -> None:
    with_domain.synthesizes()
    with_domain.succeeds("-m", "ruff", "format", "--check", "--quiet", *SOURCES)
    with_domain.succeeds("-m", "ruff", "check", "--quiet", *SOURCES)
    own = [f"contracts/{MODULE}.py", f"lambdas/{MODULE}"]
    with_domain.succeeds("-m", "mypy", *own)
    found = with_domain.succeeds("-m", "routes", "check")
    assert "0 errors, 0 warnings, 0 notes" in found


def test_a_new_domain_passes_the_tests_that_find_it_by_themselves(with_domain: Copy) -> None:
    done = with_domain.tests(
        "tests/unit", "tests/synth", "-k", f"{NAME} or {MODULE} or tree or map"
    )
    assert done.returncode == 0, done.stdout[-4000:]
    assert f"{MODULE}" in with_domain.tests("tests/unit", "--collect-only").stdout


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["Gift cards", "--observes", OBSERVES], "NAME: 'Gift cards' is not valid, expected words"),
        (["", "--observes", OBSERVES], "NAME: '' is not valid, expected words"),
        ([NAME, "--observes", OBSERVES], f"NAME: '{NAME}' is not valid, expected a new name"),
        (["json", "--observes", OBSERVES], "NAME: 'json' is not valid, expected a name that no"),
        (["topology", "--observes", OBSERVES], "for which stacks/topology.py is not there yet"),
        (["a-b", "--observes", ""], "OBSERVES: '' is not valid, expected one or more of "),
        (["a-b", "--observes", "invoicing:None"], "OBSERVES: 'invoicing:None' is not valid"),
        (
            ["a-b", "--observes", OBSERVES, "--publishes", "done"],
            "PUBLISHES: 'done' is not valid, expected a detail-type such as",
        ),
        (
            ["a-b", "--observes", OBSERVES, "--account", "12"],
            "ACCOUNT: '12' is not valid, expected an AWS account id of 12 digits",
        ),
    ],
)
def test_what_is_no_domain_is_refused_by_argument_and_leaves_nothing(
    with_domain: Copy, arguments: list[str], expected: str
) -> None:
    accounts = (with_domain.folder / "cdk.json").read_text()
    done = with_domain.run("-m", "scaffold", *arguments)
    assert done.returncode == 2
    assert expected in done.stdout
    assert (with_domain.folder / "cdk.json").read_text() == accounts
    assert not (with_domain.folder / "stacks" / "a_b.py").exists()


def test_a_domain_may_observe_what_nobody_observed(with_domain: Copy, tmp_path: Path) -> None:
    copy = Copy(tmp_path, with_domain.folder)
    copy.succeeds("-m", "scaffold", "loyalty", "--observes", f"{NAME}:{EVENT}")
    event_map = (copy.folder / "stacks" / "subscriptions.py").read_text()
    assert f'Subscription("loyalty", "{NAME}", "{EVENT}")' in event_map
    assert f'Unobserved("{NAME}", "{EVENT}")' not in event_map
    accounts = json.loads((copy.folder / "cdk.json").read_text())["context"]["accounts"]
    assert len(set(accounts.values())) == len(accounts)
    copy.synthesizes()
