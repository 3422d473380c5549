"""The documents speak of what is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
FOLDERS = "bench|contracts|docs|lambdas|local|routes|stacks|tests"
PATH = re.compile(rf"`((?:{FOLDERS})/[\w./-]*)`")
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
    assert [path for path in paths if not (ROOT / path).exists()] == []


@documents
def test_every_make_target_that_is_named_is_there(document: Path) -> None:
    targets = set(TARGET.findall((ROOT / "Makefile").read_text()))
    assert set(NAMED_TARGET.findall(document.read_text())) <= targets


def test_the_readme_names_every_folder() -> None:
    text = (ROOT / "README.md").read_text()
    assert [name for name in FOLDERS.split("|") if f"]({name}" not in text] == []
