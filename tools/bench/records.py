"""CPU per record of each consumer's own code, and the memory of its process after 1,000 of them."""

import json
import shutil
import subprocess
import sys
from statistics import median

from bench.functions import ROOT, WORK, Function, consumers, functions
from bench.inputs import RECORDS
from bench.report import Measurement, Progress, Row, at_most

ROUNDS = 3
LIMIT_MB = 160
INPUTS = WORK / "inputs"


def measure(progress: Progress) -> Measurement:
    """A row per consumer."""
    progress("records: making input")
    _make_inputs()
    rows = []
    for function in consumers():
        progress(f"records: {function.module}")
        runs = [_consume(function) for _ in range(ROUNDS)]
        memory = max(run["mb"] for run in runs)
        values = {
            "batch": function.batch,
            "CPU µs/record": round(median(run["us"] for run in runs)),
            "peak MB": memory,
        }
        rows.append(Row(function.module, values, **at_most(LIMIT_MB, memory, "MB")))
    return Measurement(
        "A consumer's own code",
        f"{RECORDS} records, AWS calls stubbed, logs dropped, not traced; CPU: median of {ROUNDS} "
        "processes; memory: peak resident of the worst of them.",
        rows,
    )


def _make_inputs() -> None:
    shutil.rmtree(INPUTS, ignore_errors=True)
    INPUTS.mkdir(parents=True)
    environment: dict[str, str] = {}
    for function in functions():
        environment |= function.environment
    subprocess.run(
        [sys.executable, "-m", "bench.inputs", str(INPUTS)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        check=True,
    )


def _consume(function: Function) -> dict[str, float]:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "bench.consume"),
            *(str(INPUTS), function.module, str(function.batch)),
        ],
        cwd=ROOT,
        env=function.environment,
        capture_output=True,
        check=True,
    )
    result: dict[str, float] = json.loads(done.stdout)
    return result
