"""`python -m bench`: measures, prints a table per measurement, and writes `bench/results.json`."""

import json
import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench import import_times, records, routes, synth, targets, throughput
from bench.report import Measure, Measurement, show

RESULTS = Path(__file__).parent / "results.json"

MEASURED: dict[str, Measure] = {
    "synth": synth.measure,
    "imports": import_times.measure,
    "records": records.measure,
    "throughput": throughput.measure,
    "routes": routes.measure,
}
"""What a run measures, in this order."""

ON_REQUEST: dict[str, Measure] = {
    "demo": targets.of("demo", limit_s=90),
    "test": targets.of("test", limit_s=480),
}
"""What takes minutes and is measured only when it is named."""

# Tables are read in logs too, where rich would take a terminal of 80 columns.
console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)


def main(
    only: Annotated[
        list[str] | None,
        typer.Option(help=f"One of {', '.join([*MEASURED, *ON_REQUEST])}. May be repeated."),
    ] = None,
) -> None:
    """Measure Crossbus. What is above its target is marked, and is no failure."""
    known = MEASURED | ON_REQUEST
    for name in only or []:
        if name not in known:
            raise typer.BadParameter(
                f"{name!r} is not measured, expected one of {', '.join(known)}"
            )
    results = {}
    for name in only or MEASURED:
        with console.status(name) as status:
            results[name] = known[name](status.update)
        show(console, results[name])
    _write(results)


def _write(results: dict[str, Measurement]) -> None:
    machine = {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "cpus": os.cpu_count(),
    }
    report = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine,
        "measurements": {name: result.as_json() for name, result in results.items()},
    }
    RESULTS.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n")
    console.print(f"written to {RESULTS}")


if __name__ == "__main__":
    typer.run(main)
