"""`python -m bench`: measures the app of the current folder, prints a table per measurement, and
writes the results to a file.
"""

import json
import os
import platform
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench import call_backs, import_times, records, routes, synth, targets, throughput
from bench.functions import App
from bench.report import Measurement, Progress, show
from bench.workload import Workload, load

WORK = Path(".build") / "bench"

Measure = Callable[[App, Workload, Progress], Measurement]

MEASURED: dict[str, Measure] = {
    "synth": lambda app, _, progress: synth.measure(app, progress),
    "imports": lambda app, _, progress: import_times.measure(app, progress),
    "records": records.measure,
    "throughput": throughput.measure,
    "call-backs": call_backs.measure,
    "routes": lambda _app, _, progress: routes.measure(progress),
}
"""What a run measures, in this order."""

ON_REQUEST: dict[str, Measure] = {
    "demo": lambda _app, _, progress: targets.measure("demo", 90, progress),
    "test": lambda _app, _, progress: targets.measure("test", 480, progress),
}
"""What takes minutes and is measured only when it is named."""

# Tables are read in logs too, where rich would take a terminal of 80 columns.
console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)


def main(
    workload: Annotated[
        str, typer.Option(help="The module that makes and follows the requests of clients.")
    ],
    app: Annotated[
        str, typer.Option(help="The command that synthesizes the app into $CDK_OUTDIR.")
    ] = "python app.py",
    only: Annotated[
        list[str] | None,
        typer.Option(help=f"One of {', '.join([*MEASURED, *ON_REQUEST])}. May be repeated."),
    ] = None,
    results: Annotated[Path, typer.Option(help="Where the results are written, as JSON.")] = (
        WORK / "results.json"
    ),
) -> None:
    """Measure the app of this folder. What is above its target is marked, and is no failure."""
    known = MEASURED | ON_REQUEST
    for name in only or []:
        if name not in known:
            raise typer.BadParameter(
                f"{name!r} is not measured, expected one of {', '.join(known)}"
            )
    try:
        requests = load(workload)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--workload") from error
    measured = App(app, WORK.resolve())
    found = {}
    for name in only or MEASURED:
        with console.status(name) as status:
            found[name] = known[name](measured, requests, status.update)
        show(console, found[name])
    _write(found, results)


def _write(found: dict[str, Measurement], results: Path) -> None:
    machine = {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "cpus": os.cpu_count(),
    }
    report = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine,
        "measurements": {name: result.as_json() for name, result in found.items()},
    }
    results.parent.mkdir(parents=True, exist_ok=True)
    results.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n")
    console.print(f"written to {results}")


if __name__ == "__main__":
    typer.run(main)
