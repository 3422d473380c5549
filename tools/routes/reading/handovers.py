"""Parameters of a stack that are outputs of another, as its template's metadata say.

`"crossbus:parameters": {PARAMETER: {"stack": …, "account": …, "region": …, "output": …}}`: whoever
deploys reads the output once that stack has deployed, and gives it to this one.
"""

from dataclasses import dataclass
from typing import Any

from routes.reading.shapes import Malformed, an_object

KEY = "crossbus:parameters"


@dataclass(frozen=True)
class Handover:
    """The value of `parameter` is an `output` of a stack."""

    parameter: str
    stack: str
    account: str
    region: str
    output: str


def handovers_in(metadata: Any) -> tuple[Handover, ...]:
    """Returns what a template's metadata say. Raises Malformed, with the key and its value."""
    said = an_object(KEY, an_object("Metadata", metadata).get(KEY))
    return tuple(_handover(name, entry) for name, entry in sorted(said.items()))


def _handover(parameter: str, entry: Any) -> Handover:
    keys = ("stack", "account", "region", "output")
    return Handover(parameter, *(_text(parameter, entry, key) for key in keys))


def _text(parameter: str, entry: Any, key: str) -> str:
    value = an_object(f"{KEY}.{parameter}", entry).get(key)
    if not isinstance(value, str):
        raise Malformed(f"{KEY}.{parameter}.{key}", "a text", value)
    return value
