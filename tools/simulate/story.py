"""The told history: what happened, when and where, in lines that a person follows."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from simulate.loop import BEGIN

EVERYBODY = "*"
"""What a line is about that concerns whatever comes there."""

FITS = 30
"""Lines that fit a screen."""


@dataclass(frozen=True)
class Line:
    """Something that happened. `about` is the text of what was moved or written there; `is_way`
    says that it was only carried on.
    """

    at: float
    where: str
    what: str
    about: str
    is_fault: bool = False
    is_way: bool = False

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
    ) -> None:
        """Adds a line."""
        if self.kept:
            self.lines.append(Line(at, where, what, about, is_fault, is_way))


def of(lines: Iterable[Line], subject: str) -> list[Line]:
    """The lines that speak of a subject, and the faults that concern everybody."""
    return [
        line
        for line in lines
        if subject in line.about or subject in line.what or line.about == EVERYBODY
    ]


def short(lines: Sequence[Line]) -> list[str]:
    """The lines as texts, so few that they fit a screen: of what went well, not each step."""
    if len(lines) > FITS:
        lines = [line for line in lines if not line.is_way]
    if len(lines) > FITS:
        lines = _once(lines)
    if len(lines) <= FITS:
        return list(map(str, lines))
    faults = [at for at, line in enumerate(lines) if line.is_fault]
    first = max(0, min(faults, default=0) - FITS // 3)
    lines = lines[first:]
    half = FITS // 2
    left = len(lines) - 2 * half
    middle = [f"… {left} lines …"] if left > 0 else []
    return [
        *([f"… {first} lines …"] if first else []),
        *map(str, lines[:half]),
        *middle,
        *map(str, lines[max(half, len(lines) - half) :]),
    ]


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
        return text[:40]
    if not isinstance(said, dict):
        return text[:40]
    if "dynamodb" in said:
        image = said["dynamodb"].get("NewImage") or {}
        return str(image.get("detailType", {}).get("S") or said.get("eventName"))
    return str(said.get("detail-type") or said.get("type") or text[:40])


def all_named(texts: Sequence[str]) -> str:
    """What several messages are."""
    return ", ".join(map(named, texts[:4])) + (" …" if texts[4:] else "")
