"""What a measurement yields, and how it is printed."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

Value = float | int | str


@dataclass(frozen=True)
class Row:
    """One line of a table: what was measured, in named columns with their units.

    `target` says what should be reached, where something should, and `met` whether it was.
    """

    name: str
    values: Mapping[str, Value]
    target: str = ""
    met: bool | None = None


@dataclass(frozen=True)
class Measurement:
    """A table: how it was measured, and its rows, which all have the same columns."""

    title: str
    how: str
    rows: list[Row]

    def as_json(self) -> dict[str, Any]:
        """The same as JSON objects."""
        return asdict(self)


Progress = Callable[[str], None]
"""Is told what is being done now, in a few words."""


def at_most(limit: float, value: float, unit: str) -> dict[str, Any]:
    """The target of a row: `value` is not to be above `limit`."""
    return {"target": f"≤ {limit:g} {unit}", "met": value <= limit}


def show(console: Console, measurement: Measurement) -> None:
    """Prints a measurement as a table, with PASS or OVER beside each row that has a target."""
    table = Table(title=measurement.title, caption=measurement.how, title_justify="left")
    table.caption_justify = "left"
    table.add_column("", no_wrap=True)
    columns = list(dict.fromkeys(name for row in measurement.rows for name in row.values))
    for column in columns:
        table.add_column(column, justify="right")
    with_targets = any(row.target for row in measurement.rows)
    if with_targets:
        table.add_column("target", justify="right", no_wrap=True)
        table.add_column("")
    for row in measurement.rows:
        cells = [_text(row.values.get(column, "")) for column in columns]
        if with_targets:
            cells += [row.target, _mark(row.met)]
        table.add_row(row.name, *cells)
    console.print(table)


def _text(value: Value) -> str:
    return f"{value:,.2f}" if isinstance(value, float) else str(value)


def _mark(met: bool | None) -> str:
    return "" if met is None else "[green]PASS[/green]" if met else "[red]OVER[/red]"
