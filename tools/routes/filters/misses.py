"""Says why a message missed a filter: which field, its value, and what was wanted."""

import difflib
import json
from dataclasses import dataclass
from typing import Any

from routes.filters.matching import Fields, flatten, value_matches
from routes.filters.model import Filter
from routes.filters.patterns import Alternative


@dataclass(frozen=True)
class Miss:
    """One field that kept a message from matching. `value` is None where the field is absent."""

    path: str
    value: str | None
    wanted: str
    suggestion: str | None = None

    def __str__(self) -> str:
        # Of two near values either may be the slip: the message's or the pattern's.
        either = "" if self.value is None else f" or {self.value}"
        return self._told(f"{self.suggestion}{either}")

    def of_pattern(self) -> str:
        """Returns the same where the pattern is to blame: what is meant is what messages have."""
        return self._told(self.suggestion if self.value is None else self.value)

    def _told(self, meant: str | None) -> str:
        if not self.path:
            return self.wanted
        found = "is absent" if self.value is None else f"is {self.value}"
        hint = f" (did you mean {meant}?)" if self.suggestion else ""
        return f"{self.path} {found}, the pattern wants {self.wanted}{hint}"


def misses(one: Filter, seen: dict[str, Any]) -> list[Miss]:
    """Returns the fewest fields that would have to change for the filter to match."""
    fields = flatten(seen)
    each = [_misses_of(alternative, fields) for alternative in one.alternatives]
    return min(each, key=len, default=[])


def wanted_text(values: list[Any]) -> str:
    """Returns a pattern's values for one path in words."""
    return " or ".join(_value_text(value) for value in values)


def _misses_of(alternative: Alternative, fields: Fields) -> list[Miss]:
    found = []
    for path, values in alternative.items():
        present = fields.get(path, [])
        if any(value_matches(field.value, values) for field in present):
            continue
        absent_wanted = any(isinstance(v, dict) and v.get("exists") is False for v in values)
        if not present and absent_wanted:
            continue
        value = ", ".join(json.dumps(field.value, ensure_ascii=False) for field in present)
        texts = [field.value for field in present if isinstance(field.value, str)]
        suggestion = _meant(path, texts, values) if present else _closest(path, fields)
        found.append(Miss(path, value if present else None, wanted_text(values), suggestion))
    if not found:
        paths = ", ".join(alternative)
        return [Miss("", None, f"no single array element satisfies all of {paths}")]
    return found


def _closest(path: str, fields: Fields) -> str | None:
    """The field most like a path that the event does not have: its last step, then its whole."""
    last = path.rsplit(".", 1)[-1].lower()
    same = [known for known in fields if known.rsplit(".", 1)[-1].lower() == last]
    close = difflib.get_close_matches(path, same or list(fields), n=1, cutoff=0.6)
    return close[0] if close else (same[0] if same else None)


def _meant(path: str, found: list[str], values: list[Any]) -> str | None:
    """The value of the pattern that a value was likely meant to be.

    Names are compared for a slip; elsewhere, where near values may both be meant, case only.
    """
    wanted = [value for value in values if isinstance(value, str)]
    by_lower = {value.lower(): value for value in wanted}
    cutoff = 0.85 if path in ("source", "detail-type") else 1.0
    for text in found:
        close = difflib.get_close_matches(text.lower(), by_lower, n=1, cutoff=cutoff)
        if close:
            return json.dumps(by_lower[close[0]], ensure_ascii=False)
    return None


def _value_text(value: Any) -> str:
    if not isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    ((operator, operand),) = list(value.items())[:1]
    if operator == "exists":
        return "the field to exist" if operand else "the field to be absent"
    if operator == "anything-but" and isinstance(operand, dict):
        return f"anything but {_value_text(operand)}"
    return f"{operator.replace('-', ' ')} {json.dumps(operand, ensure_ascii=False)}"
