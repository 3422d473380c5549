"""Shows findings: as a table, as JSON and as SARIF for code scanning."""

from typing import Any

from rich.table import Table

from routes.checks.base import Code, Finding

_STYLES = {"error": "bold red", "warning": "yellow", "note": "dim"}
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
    findings: list[Finding], codes: list[Code], templates: dict[str, str]
) -> dict[str, Any]:
    """Returns SARIF 2.1.0; `templates` gives each stack's template file."""
    return {
        "$schema": _SARIF_SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "routes", "rules": [_rule(c) for c in codes]}},
                "results": [_result(each, templates) for each in findings],
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


def _result(each: Finding, templates: dict[str, str]) -> dict[str, Any]:
    location: dict[str, Any] = {
        "logicalLocations": [{"name": each.logical_id, "fullyQualifiedName": each.place}]
    }
    if each.stack in templates:
        location["physicalLocation"] = {"artifactLocation": {"uri": templates[each.stack]}}
    return {
        "ruleId": each.code.id,
        "level": each.severity,
        "message": {"text": f"{each.message}. {each.code.mend}"},
        "locations": [location],
    }
