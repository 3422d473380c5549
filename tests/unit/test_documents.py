"""The documents speak of what is there."""

import json
import re
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.unit import golden


def is_ignored(folder: str) -> bool:
    """Whether git leaves a top-level folder out."""
    return f"{folder}/" in (ROOT / ".gitignore").read_text().splitlines()


DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
FOLDERS = sorted(
    path.name
    for path in ROOT.iterdir()
    if path.is_dir() and not path.name.startswith(".") and not is_ignored(path.name)
)
"""The folders of the repository, without what is made and ignored."""

PATH = re.compile(rf"`((?:{'|'.join(FOLDERS)})/[\w./-]*)`")
MADE_UP = re.compile("gift[_-]cards")
"""The domain that documents make up to show how one is added."""

NAMED_TARGET = re.compile(r"(?:`|^)make ([a-z-]+)(?=`| [A-Z]+=|$)", re.MULTILINE)
TARGET = re.compile(r"^([a-z-]+):.*", re.MULTILINE)

documents = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)


@documents
def test_every_link_leads_to_a_file(document: Path) -> None:
    links = LINK.findall(document.read_text())
    assert [link for link in links if not (document.parent / link).exists()] == []


@documents
def test_every_path_that_is_named_is_there(document: Path) -> None:
    paths = PATH.findall(document.read_text())
    there = [path for path in paths if (ROOT / path).exists() or MADE_UP.search(path)]
    assert [path for path in paths if path not in there] == []


@documents
def test_every_make_target_that_is_named_is_there(document: Path) -> None:
    targets = set(TARGET.findall((ROOT / "Makefile").read_text()))
    assert set(NAMED_TARGET.findall(document.read_text())) <= targets


def test_each_variable_that_the_help_of_a_target_names_is_used_by_it() -> None:
    makefile = (ROOT / "Makefile").read_text()
    helps = re.findall(r"^([a-z-]+):.*## (.*)\n((?:\t.*\n)+)", makefile, re.M)
    named = [
        (target, variable, recipe)
        for target, told, recipe in helps
        for variable in re.findall(r"\b([A-Z]+)=", told)
    ]
    assert ("simulate", "PREVIOUS") in [(target, variable) for target, variable, _ in named]
    assert [
        (target, variable)
        for target, variable, recipe in named
        if f"$({variable})" not in recipe and f"$(value {variable})" not in recipe
    ] == []


def test_the_events_that_are_shown_whole_are_golden() -> None:
    text = (ROOT / "docs" / "events.md").read_text()
    shown = [json.loads(block) for block in re.findall(r"^```json\n(.*?)^```", text, re.M | re.S)]
    assert len(shown) == 2
    assert [event for event in shown if event not in golden.examples()] == []


def test_the_documents_name_every_folder() -> None:
    text = "".join((ROOT / name).read_text() for name in ("README.md", "docs/architecture.md"))
    assert [name for name in FOLDERS if f"{name}/" not in text] == []
