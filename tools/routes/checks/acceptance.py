"""What an app says of findings: how grave a code is to it, and which of today's it accepts.

A configuration is a TOML file: `[severity]` with a line `CODE = "error"`, `"warning"`, `"note"` or
`"off"` for each code that is graver or lighter than it comes. A baseline is a JSON file of findings
that are known; `check` fails on new ones only.
"""

import json
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from routes.checks.base import Code, Finding, Severity

_OFF = "off"
_SEVERITIES = ("error", "warning", "note", _OFF)


class AcceptanceError(ValueError):
    """A configuration or a baseline that cannot be read: the file, the key, what was expected."""


def configured(file: Path, codes: list[Code]) -> dict[str, str]:
    """Returns the severity of each code that a configuration names; raises AcceptanceError."""
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise AcceptanceError(f"{file}: {error}") from None
    severities = found.get("severity", {})
    known = {code.id for code in codes}
    if set(found) - {"severity"} or not isinstance(severities, dict):
        raise AcceptanceError(f"{file}: expected one table, [severity], found {', '.join(found)}")
    for code, severity in severities.items():
        if code not in known:
            raise AcceptanceError(f"{file}: severity.{code}: there is no such code")
        if severity not in _SEVERITIES:
            expected = ", ".join(_SEVERITIES)
            raise AcceptanceError(
                f"{file}: severity.{code} is {severity!r}, expected one of {expected}"
            )
    return severities


def weighed(findings: list[Finding], severities: dict[str, str]) -> list[Finding]:
    """Returns the findings with the severities that are configured, without those that are off."""
    return [
        replace(each, severity=cast(Severity, severities.get(each.code.id, each.severity)))
        for each in findings
        if severities.get(each.code.id) != _OFF
    ]


def baseline(file: Path) -> list[dict[str, str]]:
    """Returns the findings of a baseline; raises AcceptanceError."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise AcceptanceError(f"{file}: {error}") from None
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise AcceptanceError(f"{file}: expected a list of findings, as --write-baseline writes it")
    return found


def as_baseline(findings: list[Finding]) -> str:
    """Returns the text of a baseline that accepts the findings."""
    return json.dumps([identity(each) for each in findings], indent=2, ensure_ascii=False) + "\n"


def identity(each: Finding) -> dict[str, str]:
    """Returns what makes a finding the same one tomorrow."""
    return {"code": each.code.id, "place": each.place, "message": each.message}


def new_ones(
    findings: list[Finding], accepted: list[dict[str, Any]]
) -> tuple[list[Finding], list[dict[str, Any]]]:
    """Returns the findings that a baseline does not hold, and what it holds that is no more."""
    found = [identity(each) for each in findings]
    fresh = [each for each in findings if identity(each) not in accepted]
    return fresh, [each for each in accepted if each not in found]
