"""The told history: what happened, when and where, in lines that a person follows."""

import base64
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from simulate.loop import BEGIN
from simulate.state.tables import Change, Item

EVERYBODY = "*"
"""What a line is about that concerns whatever comes there."""

FITS = 40
"""Lines that fit a screen."""

_UUID = re.compile(r"\b([0-9a-f]{8})-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b")
_VALUE, _TEXT = 40, 60
"""Characters of an attribute, and of a message that has no type."""


@dataclass(frozen=True)
class Line:
    """Something that happened. `about` is the text of what was moved or written there; `is_way`
    says that it was only carried on. A fault has the `page` of AWS that allows it.
    """

    at: float
    where: str
    what: str
    about: str
    is_fault: bool = False
    is_way: bool = False
    page: str = ""

    def __str__(self) -> str:
        mark = "✗" if self.is_fault else " "
        return f"{clock(self.at)} {mark} {self.where:<28} {self.what}"


def clock(at: float) -> str:
    """A virtual time as stories show it: the day, and the time of day."""
    time = BEGIN + timedelta(seconds=at)
    return f"{time:%d %H:%M:%S}.{time.microsecond // 1000:03d}"


class Story:
    """Keeps lines, where it is asked to."""

    def __init__(self, *, kept: bool) -> None:
        self.kept = kept
        self.lines: list[Line] = []

    def tell(
        self,
        at: float,
        where: str,
        what: str,
        about: str = "",
        *,
        is_fault: bool = False,
        is_way: bool = False,
        page: str = "",
    ) -> None:
        """Adds a line."""
        if self.kept:
            self.lines.append(Line(at, where, what, about, is_fault, is_way, page))


def of(lines: Iterable[Line], subject: str) -> list[Line]:
    """The lines that speak of a subject, and the faults that concern everybody."""
    return [
        line
        for line in lines
        if subject in line.about or subject in line.what or line.about == EVERYBODY
    ]


def short(lines: Sequence[Line], fits: int = FITS) -> list[str]:
    """The lines as texts, `fits` of them at most: of what went well, not each step; of ids, the
    first eight characters.
    """
    if len(lines) > fits:
        lines = [line for line in lines if not line.is_way]
    if len(lines) > fits:
        lines = _once(lines)
    return [_UUID.sub(r"\1", text) for text in _cut(lines, fits)]


def _cut(lines: Sequence[Line], fits: int) -> list[str]:
    """From a little before the first fault on; of what is too long then, not the middle."""
    if len(lines) <= fits:
        return list(map(str, lines))
    faults = [at for at, line in enumerate(lines) if line.is_fault]
    first = min(max(0, min(faults, default=0) - fits // 3), len(lines) - fits + 1)
    before = [f"… {first} lines …"] if first else []
    shown, room = [*map(str, lines[first:])], fits - len(before)
    if len(shown) > room:
        half = room // 2
        left = len(shown) - room + 1
        shown = [*shown[:half], f"… {left} lines …", *shown[half + left :]]
    return before + shown


def written(change: Change) -> str:
    """What became of an item: what it is, its key, and what changed in it."""
    key = next(iter(next(iter(change.key.values())).values()))
    new, old = change.new or {}, change.old or {}
    kind = (new or old).get("detailType", {}).get("S", "")
    did = {"INSERT": "keeps", "MODIFY": "changes", "REMOVE": "forgets"}[change.name]
    what = f"{did} {kind} {key}".replace("  ", " ")
    if change.name != "MODIFY":
        return what
    changed = [name for name in {**old, **new} if new.get(name) != old.get(name)]
    return f"{what}: {', '.join(_valued(name, new) for name in changed)}"


def _valued(name: str, item: Item) -> str:
    """An attribute with its value, where that is short."""
    ((kind, value),) = item.get(name, {"": "gone"}).items()
    return name if kind in ("M", "L") else f"{name} {str(value)[:_VALUE]}"


def _once(lines: Sequence[Line]) -> list[Line]:
    """The lines without those that tell, but for numbers, what was told twice before: first, and
    for the second time. What repeats for the last time is there, too.
    """
    told = [(line.where, _NUMBER.sub("", line.what)) for line in lines]
    last = {what: at for at, what in enumerate(told)}
    seen = Counter[tuple[str, str]]()
    kept = []
    for at, (line, what) in enumerate(zip(lines, told, strict=True)):
        seen[what] += 1
        if line.is_fault or seen[what] <= 2 or last[what] == at:
            kept.append(line)
    return kept


_NUMBER = re.compile(r"\d+")


def named(text: str) -> str:
    """What a message is, in a word: the type of an event; else how it begins."""
    try:
        said = json.loads(text)
    except ValueError:
        return text[:_TEXT]
    if not isinstance(said, dict):
        return text[:_TEXT]
    if "kinesis" in said:
        return named(base64.b64decode(said["kinesis"]["data"]).decode())
    if "dynamodb" in said:
        image = said["dynamodb"].get("NewImage") or {}
        return str(image.get("detailType", {}).get("S") or said.get("eventName"))
    return str(said.get("detail-type") or said.get("type") or text[:_TEXT])


def all_named(texts: Sequence[str]) -> str:
    """What several messages are."""
    return ", ".join(map(named, texts[:4])) + (" …" if texts[4:] else "")
