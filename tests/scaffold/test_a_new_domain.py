"""A domain that the generator makes is green at once, and small."""

import json
from pathlib import Path

from tests.conftest import ROOT
from tests.scaffold import copies
from tests.scaffold.copies import EVENT, MODULE, NAME, OBSERVES, Copy

SOURCES = ("app.py", "contracts", "lambdas", "scaffold", "stacks", "tests")
MOST_NEW_FILES, MOST_CHANGED_FILES = 12, 3


def test_a_new_domain_is_a_few_files_and_a_few_lines_elsewhere(with_domain: Copy) -> None:
    after = contents(with_domain)
    before = {path: (ROOT / path).read_bytes() for path in copies.files(ROOT)}
    changed = [str(path) for path, content in before.items() if after[path] != content]
    assert 0 < len(after.keys() - before.keys()) <= MOST_NEW_FILES
    assert sorted(changed) == ["README.md", "cdk.json", "stacks/subscriptions.py"]
    assert len(changed) <= MOST_CHANGED_FILES


def test_a_new_domain_passes_the_checks(with_domain: Copy) -> None:
    with_domain.succeeds("-m", "ruff", "format", "--check", "--quiet", *SOURCES)
    with_domain.succeeds("-m", "ruff", "check", "--quiet", *SOURCES)
    own = [f"contracts/{MODULE}.py", f"lambdas/{MODULE}"]
    with_domain.succeeds("-m", "mypy", *own)
    found = with_domain.succeeds("-m", "routes", "check")
    assert "0 errors, 0 warnings, 0 notes" in found


def test_a_new_domain_passes_the_tests_that_find_it_by_themselves(with_domain: Copy) -> None:
    of_it = f"{NAME} or {MODULE} or tree or (map and ours)"
    done = with_domain.tests("tests/unit", "tests/synth", "-rp", "-k", of_it)
    assert done.returncode == 0, done.stdout[-4000:]
    for kind in ("unit", "synth"):
        passed = [line for line in done.stdout.splitlines() if f"PASSED tests/{kind}/" in line]
        assert [line for line in passed if NAME in line or MODULE in line], kind


REFUSED = [
    (["Gift cards", "--observes", OBSERVES], "NAME: 'Gift cards' is not valid, expected words"),
    (["", "--observes", OBSERVES], "NAME: '' is not valid, expected words"),
    ([NAME, "--observes", OBSERVES], f"NAME: '{NAME}' is not valid, expected a new name"),
    (["json", "--observes", OBSERVES], "NAME: 'json' is not valid, expected a name that no"),
    (["class", "--observes", OBSERVES], "NAME: 'class' is not valid, expected a name that no"),
    (["gift-2", "--observes", OBSERVES], "a-z and 0-9 that begin with a letter, joined by -"),
    (["default", "--observes", OBSERVES], "another: each account has a bus of this name already"),
    (["order", "--observes", OBSERVES], "another: order-service is the source of orders"),
    (["building-blocks", "--observes", OBSERVES], "stacks/building_blocks is not there yet"),
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
]


REQUEST = """
import json, sys
from typer.testing import CliRunner
from scaffold.__main__ import app
answers = [CliRunner().invoke(app, arguments) for arguments in json.loads(sys.argv[1])]
print(json.dumps([(answer.exit_code, answer.output) for answer in answers]))
"""


def test_what_is_no_domain_is_refused_by_argument_and_leaves_nothing(with_domain: Copy) -> None:
    before = contents(with_domain)
    arguments = json.dumps([arguments for arguments, _ in REFUSED])
    answers = json.loads(with_domain.succeeds("-c", REQUEST, arguments))
    for (_, expected), (status, said) in zip(REFUSED, answers, strict=True):
        assert expected in said
        assert status == 2, said
    assert contents(with_domain) == before


def contents(copy: Copy) -> dict[Path, bytes]:
    """The files of a copy, by their path in it."""
    return {path: (copy.folder / path).read_bytes() for path in copies.files(copy.folder)}


def test_a_domain_may_observe_what_nobody_observed(with_domain: Copy, tmp_path: Path) -> None:
    copy = copies.copy(tmp_path, with_domain.folder)
    copy.succeeds("-m", "scaffold", "loyalty", "--observes", f"{NAME}:{EVENT}")
    event_map = (copy.folder / "stacks" / "subscriptions.py").read_text()
    assert f'Subscription("loyalty", "{NAME}", "{EVENT}")' in event_map
    assert f'Unobserved("{NAME}", "{EVENT}")' not in event_map
    accounts = json.loads((copy.folder / "cdk.json").read_text())["context"]["accounts"]
    assert len(set(accounts.values())) == len(accounts)
    copy.synthesizes()
