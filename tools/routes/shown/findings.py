"""Shows findings: as a table, as JSON and as SARIF for code scanning."""

import hashlib
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rich.table import Table

from routes.checks.base import Code, Finding
from routes.reading.assembly import Stack

_STYLES = {"error": "bold red", "warning": "yellow", "note": "dim"}
_LOGICAL_ID = re.compile(r'  "([A-Za-z0-9]+)": \{')
_SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def findings_table(findings: list[Finding]) -> Table:
    """Returns the table of `check`."""
    table = Table(show_lines=True, header_style="bold")
    for column in ("Code", "Where", "What is wrong", "How to mend it"):
        table.add_column(column, overflow="fold")
    for each in findings:
        style = _STYLES[each.severity]
        table.add_row(
            f"[{style}]{each.code.id} {each.severity}[/]",
            each.place,
            f"{each.code.title}: {each.message}",
            each.code.mend,
        )
    return table


def findings_json(findings: list[Finding], left_out: list[str]) -> dict[str, Any]:
    """Returns what `check --json` prints."""
    return {
        "findings": [
            {
                "code": each.code.id,
                "severity": each.severity,
                "stack": each.stack,
                "logicalId": each.logical_id,
                "title": each.code.title,
                "message": each.message,
                "mend": each.code.mend,
            }
            for each in findings
        ],
        "leftOut": left_out,
    }


def findings_sarif(
    findings: list[Finding], codes: list[Code], stacks: list[Stack]
) -> dict[str, Any]:
    """Returns SARIF 2.1.0: each finding at the line of its resource in its stack's template."""
    files = {stack.name: stack.template_file for stack in stacks}
    lines = {name: _lines(file) for name, file in files.items()}
    return {
        "$schema": _SARIF_SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "routes", "rules": [_rule(c) for c in codes]}},
                "results": [_result(each, files, lines) for each in findings],
            }
        ],
    }


def codes_markdown(codes: list[Code]) -> str:
    """Returns the reference of every code, as the documentation holds it."""
    sections = []
    for code in codes:
        severity = code.severity
        if code.house and severity != "error":
            severity_text = f"{severity}; an error in a stack that declares its domain"
        else:
            severity_text = severity
        sections.append(
            f"### {code.id}: {code.title}\n\n"
            f"*Severity:* {severity_text}.\n\n"
            f"{code.why}\n\n"
            f"*Mend:* {code.mend}\n"
        )
    return "\n".join(sections)


def _rule(code: Code) -> dict[str, Any]:
    return {
        "id": code.id,
        "shortDescription": {"text": code.title},
        "fullDescription": {"text": code.why},
        "help": {"text": code.mend},
        "defaultConfiguration": {"level": code.severity},
    }


def _result(
    each: Finding, files: dict[str, Path], lines: dict[str, dict[str, int]]
) -> dict[str, Any]:
    location: dict[str, Any] = {
        "logicalLocations": [{"name": each.logical_id, "fullyQualifiedName": each.place}]
    }
    if each.stack in files:
        line = lines[each.stack].get(each.logical_id, 1)
        location["physicalLocation"] = {
            "artifactLocation": {"uri": _uri(files[each.stack])},
            "region": {"startLine": line},
        }
    identity = f"{each.code.id} {each.place} {each.message}"
    return {
        "ruleId": each.code.id,
        "level": each.severity,
        "message": {"text": f"{each.message}. {each.code.mend}"},
        "locations": [location],
        "partialFingerprints": {"finding/v1": hashlib.sha256(identity.encode()).hexdigest()},
    }


def _uri(file: Path) -> str:
    """The file as seen from where the command runs, as code scanning shows it."""
    here = Path.cwd()
    file = file.resolve()
    return quote(str(file.relative_to(here) if file.is_relative_to(here) else file))


def _lines(file: Path) -> dict[str, int]:
    """The line on which each logical id stands in a template, as CDK writes it."""
    found: dict[str, int] = {}
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        named = _LOGICAL_ID.match(line)
        if named:
            found.setdefault(named[1], number)
    return found
