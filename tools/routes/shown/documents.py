"""Rewrites the parts of documents that are made from an assembly or from the tool itself.

A part stands between two comments, `<!-- routes: NAME -->` and `<!-- routes: end -->`. NAME is
`diagram` (the picture of the assembly), `codes` (all that `check` finds) or `types` (the resource
types that are followed).
"""

import re
from collections.abc import Callable

from routes.checks import CODES
from routes.journeys.graph import Routes
from routes.network.hops import FOLLOWED
from routes.shown.findings import codes_markdown
from routes.shown.mermaid import mermaid

_PART = re.compile(
    r"(<!-- routes: (?!end)(?P<name>[^>]*?) -->\n)(?P<text>.*?)(<!-- routes: end -->)", re.DOTALL
)


class DocumentError(ValueError):
    """A document without a part, or with one that nobody can write."""


def rewritten(text: str, routes: Routes) -> str:
    """Returns a document with each of its parts as it is now; raises DocumentError."""
    if not _PART.search(text):
        raise DocumentError(
            "it has no part to write: put `<!-- routes: diagram -->` and `<!-- routes: end -->` "
            "where the picture is to stand"
        )

    def part(match: re.Match[str]) -> str:
        name = match["name"]
        if name not in _PARTS:
            known = ", ".join(_PARTS)
            raise DocumentError(f"it has a part {name!r}, expected one of {known}")
        return f"{match[1]}{_PARTS[name](routes)}{match[4]}"

    return _PART.sub(part, text)


def _diagram(routes: Routes) -> str:
    return f"```mermaid\n{mermaid(routes)}```\n"


def _codes(_: Routes) -> str:
    return f"\n{codes_markdown(CODES)}\n"


def _types(_: Routes) -> str:
    rows = [f"| `{kind}` | {how} |\n" for kind, how in sorted(FOLLOWED.items())]
    return "".join(["| resource type | what is followed |\n", "|---|---|\n", *rows])


_PARTS: dict[str, Callable[[Routes], str]] = {
    "codes": _codes,
    "diagram": _diagram,
    "types": _types,
}
