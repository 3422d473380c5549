"""What the documents show of the routes is what the routes are."""

import re
from pathlib import Path

from routes.checks import CODES
from routes.journeys.graph import Routes
from routes.shown.documents import rewritten
from routes.shown.mermaid import mermaid

ROOT = Path(__file__).parents[2]
_FLOWCHART = re.compile(r"```mermaid\n(flowchart LR\n.*?)```", re.DOTALL)


def test_the_system_is_drawn_once_and_as_it_is(assembly: Path) -> None:
    documents = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    charts = [one for path in documents for one in _FLOWCHART.findall(path.read_text())]
    drawn = [one for one in charts if "subgraph a0" in one]
    assert drawn == [mermaid(Routes.of(assembly))], "make docs writes README.md anew"


def test_what_is_written_of_the_routes_is_current(assembly: Path) -> None:
    text = (ROOT / "docs" / "routes.md").read_text()
    assert text == rewritten(text, Routes.of(assembly)), "make docs writes docs/routes.md anew"


def test_no_code_is_used_twice() -> None:
    assert len({code.id for code in CODES}) == len(CODES)
