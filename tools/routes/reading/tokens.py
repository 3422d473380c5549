"""What a template leaves open is kept in the text as a named token, never guessed.

A token reads `⟨AWS.AccountId⟩` or `⟨Parameter.Name⟩`. Two equal tokens of one environment stand for
the same value; any other comparison with a token is unknown.
"""

import json
import re
from typing import Any

_OPEN, _CLOSE = "⟨", "⟩"
_TOKEN = re.compile(f"{_OPEN}([^{_CLOSE}]*){_CLOSE}")


def unknown(what: str) -> str:
    """Returns the token that stands for a value the templates do not hold."""
    return _OPEN + what.replace("::", ".").replace(":", ".") + _CLOSE


def tokens(value: Any) -> list[str]:
    """Returns what is unknown in a resolved value, in order of appearance."""
    if isinstance(value, str):
        return _TOKEN.findall(value)
    if isinstance(value, dict):
        return [token for item in value.values() for token in tokens(item)]
    if isinstance(value, list):
        return [token for item in value for token in tokens(item)]
    return []


def is_known(value: Any) -> bool:
    """Returns whether a resolved value is free of tokens."""
    return not tokens(value)


def written(value: Any) -> str:
    """Returns a resolved value as CloudFormation writes it into a text."""
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else json.dumps(value) if value is not None else ""


def may_equal(left: str, right: str) -> bool | None:
    """Returns whether two texts are equal; None where their tokens leave it open."""
    if left == right:
        return True
    if not is_known(left) or not is_known(right):
        return None if _unifiable(left, right) else False
    return False


def _unifiable(left: str, right: str) -> bool:
    """Whether each text, its tokens read as anything, could be the other."""
    return bool(_as_regex(left).fullmatch(right) or _as_regex(right).fullmatch(left)) or (
        not is_known(left) and not is_known(right) and _frame(left) == _frame(right)
    )


def _as_regex(text: str) -> re.Pattern[str]:
    parts = _TOKEN.split(text)
    return re.compile(".*".join(re.escape(part) for part in parts[::2]), re.DOTALL)


def _frame(text: str) -> list[str]:
    return _TOKEN.split(text)[::2]
