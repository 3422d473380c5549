"""Times as a person writes them: an instant with its zone, or how long ago."""

import re
from datetime import UTC, datetime, timedelta

from operate.errors import OperateError

_AGO = re.compile(r"(?P<number>\d+)(?P<unit>[smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
EXPECTED = "expected such as 2026-11-23T10:00:00Z, 90m or 2h (ago), or now"


def instant(field: str, text: str, now: datetime) -> datetime:
    """The instant that a text means; raises OperateError, with the field, when it means none."""
    if text == "now":
        return now
    ago = _AGO.fullmatch(text)
    if ago:
        return now - timedelta(**{_UNITS[ago["unit"]]: int(ago["number"])})
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise OperateError(f"{field} {text!r}: {EXPECTED}") from None
    if found.tzinfo is None:
        raise OperateError(f"{field} {text!r}: in which zone? {EXPECTED}")
    return found.astimezone(UTC)


def duration(seconds: float | None) -> str:
    """A duration as a person reads it."""
    if seconds is None:
        return ""
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"
