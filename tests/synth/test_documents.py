"""What the documents show of the routes is what the routes are."""

import re
from pathlib import Path

import pytest

from routes.checks import CODES
from routes.shown.findings import codes_markdown
from routes.journeys.graph import Routes
from routes.shown.mermaid import mermaid

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "docs" / "routes.md"]
_FLOWCHART = re.compile(r"```mermaid\n(flowchart LR\n.*?)```", re.DOTALL)


def drawn_in(document: Path) -> list[str]:
    """The flowcharts of a document that show accounts, as `diagram` draws them."""
    return [each for each in _FLOWCHART.findall(document.read_text()) if "subgraph a0" in each]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_the_flowchart_in_a_document_is_current(assembly: Path, document: Path) -> None:
    current = mermaid(Routes.of(assembly))
    for flowchart in drawn_in(document):
        assert flowchart == current


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_document_has_the_flowchart(document: Path) -> None:
    assert len(drawn_in(document)) == 1


def test_every_code_is_documented_as_it_is() -> None:
    assert codes_markdown(CODES) in (ROOT / "docs" / "routes.md").read_text()


def test_no_code_is_used_twice() -> None:
    assert len({code.id for code in CODES}) == len(CODES)
