"""The told history: what happened, when and where, in lines that a person follows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from simulate.loop import BEGIN


@dataclass(frozen=True)
class Line:
    """Something that happened. `about` is the text of what was moved or written there."""

    at: float
    where: str
    what: str
    about: str
    is_fault: bool

    def __str__(self) -> str:
        time = BEGIN + timedelta(seconds=self.at)
        mark = "✗" if self.is_fault else " "
        return f"{time:%d %H:%M:%S}.{time.microsecond // 1000:03d} {mark} {self.where:<34} {self.what}"


class Story:
    """Keeps lines, where it is asked to."""

    def __init__(self, *, kept: bool) -> None:
        self.kept = kept
        self.lines: list[Line] = []

    def tell(
        self, at: float, where: str, what: str, about: str = "", *, is_fault: bool = False
    ) -> None:
        """Adds a line."""
        if self.kept:
            self.lines.append(Line(at, where, what, about, is_fault))


def of(lines: Iterable[Line], subject: str) -> list[Line]:
    """The lines that speak of a subject, and the faults that concern everybody."""
    return [
        line
        for line in lines
        if not subject or subject in line.about or subject in line.what or line.about == "*"
    ]
