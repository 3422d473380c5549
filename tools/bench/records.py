"""CPU and calls per record of each consumer's own code, and its process's memory after 1,000."""

import json
import shutil
from pathlib import Path
from statistics import median
from typing import Any

from bench.flow import RECORDS, Flow
from bench.functions import App, Function
from bench.report import Measurement, Progress, Row, Value, at_most
from bench.run import Result
from bench.wiring import Wiring
from bench.workload import Workload

ROUNDS = 3
LIMIT_MB = 160


def measure(app: App, workload: Workload, progress: Progress) -> Measurement:
    """A row per function that events reach."""
    progress("records: making input")
    shutil.rmtree(app.work / "given", ignore_errors=True)
    wiring = Wiring(app.assembly)
    flow = Flow(wiring, app.work)
    flow.run(workload.request(number) for number in range(RECORDS))
    rows = []
    for function in wiring.functions:
        if function.consumes:
            progress(f"records: {function.name}")
            rows.append(_row(function, flow, app.work))
    return Measurement(
        "A consumer's own code",
        f"Up to {RECORDS} records, made by the functions before it of as many requests, or of the "
        "assembly's golden events. AWS stubbed, its CPU left out, logs dropped, not traced; "
        f"CPU: median of {ROUNDS} processes; memory: peak resident of the worst of them.",
        rows,
    )


def _row(function: Function, flow: Flow, work: Path) -> Row:
    """Whatever becomes of a function: a row says so, and the others are measured."""
    values: dict[str, Value] = {"batch": function.batch or 1}
    origin = flow.origins.get(function.arn)
    if function.obstacle or origin is None:
        note = function.obstacle or "nothing reached it"
        return Row(function.name, values | {"records": 0, "note": note})
    try:
        runs = [_consume(function, flow.folder(function), work) for _ in range(ROUNDS)]
    except RuntimeError as error:
        return Row(function.name, values | {"records": 0, "note": str(error)})
    memory = max(run.mb for run in runs)
    values |= {
        "records": runs[0].records,
        "from": origin,
        "failed": runs[0].failed,
        "CPU µs/record": round(median(run.us for run in runs)),
        "calls/record": round(runs[0].calls, 2),
        "peak MB": memory,
    }
    if runs[0].why:
        values["note"] = runs[0].why
    return Row(function.name, values, **at_most(LIMIT_MB, memory, "MB"))


def _consume(function: Function, folder: Path, work: Path) -> Result:
    found: dict[str, Any] = json.loads(function.run("-m", "bench.run", str(folder), work=work))
    return Result(**found)
