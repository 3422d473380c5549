"""Which events gain or lose which consumers between two assemblies."""

from dataclasses import dataclass
from typing import Any

from rich.table import Table

from routes.journeys.catalog import Way

# (source, detail-type, consumer) -> the examples that get there.
_Reached = dict[tuple[str, str, str], set[str]]


@dataclass(frozen=True)
class Change:
    """One consumer that an event gains or loses, for all its examples or for some."""

    event: str
    consumer: str
    kind: str
    examples: tuple[str, ...]


def changes(old: list[Way], new: list[Way]) -> list[Change]:
    """Returns what differs between the ways of two assemblies, by event and consumer."""
    before, after = _reached(old), _reached(new)
    found = []
    for key in sorted(before | after):
        source, detail_type, consumer = key
        event = f"{source} · {detail_type}"
        if key not in after:
            found.append(Change(event, consumer, "loses", tuple(sorted(before[key]))))
        elif key not in before:
            found.append(Change(event, consumer, "gains", tuple(sorted(after[key]))))
        else:
            for kind, examples in (
                ("loses some", before[key] - after[key]),
                ("gains some", after[key] - before[key]),
            ):
                if examples:
                    found.append(Change(event, consumer, kind, tuple(sorted(examples))))
    return found


def changes_table(found: list[Change]) -> Table:
    """Returns the table of `diff`."""
    table = Table(header_style="bold")
    for column in ("Event", "", "Consumer", "Examples"):
        table.add_column(column, overflow="fold")
    for change in found:
        style = "red" if change.kind.startswith("loses") else "green"
        table.add_row(
            change.event, f"[{style}]{change.kind}[/]", change.consumer, ", ".join(change.examples)
        )
    return table


def changes_json(found: list[Change]) -> list[dict[str, Any]]:
    """Returns what `diff --json` prints."""
    return [
        {
            "event": change.event,
            "change": change.kind,
            "consumer": change.consumer,
            "examples": list(change.examples),
        }
        for change in found
    ]


def _reached(ways: list[Way]) -> _Reached:
    found: _Reached = {}
    for way in ways:
        for trail, step in way.steps.items():
            if step.is_end and not step.hop.is_tap:
                # By name: the consumer of an unnamed resource is known by its construct's path.
                target = step.hop.target
                through = f" (through {step.hop.source.label})" if len(trail) > 1 else ""
                key = (way.source, way.detail_type, f"{target.account} {target.label}{through}")
                found.setdefault(key, set()).update(way.examples.get(trail, []))
    return found
