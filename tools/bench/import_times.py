"""Import time of every handler module in a fresh interpreter, beside `import boto3` alone."""

import json
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bench.functions import App, Function
from bench.report import Measurement, Progress, Row, Value, at_most
from bench.wiring import Wiring

ROUNDS = 9
LIMIT = 1.6
TRACED = {"LAMBDA_TASK_ROOT": "/var/task"}
ALONE = "boto3"

TIMED = """
import importlib, sys, time
wall, cpu = time.perf_counter(), time.process_time()
importlib.import_module(sys.argv[1])
wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
import json
print(json.dumps([wall * 1000, cpu * 1000]))
"""


class Took(NamedTuple):
    """One import, in milliseconds."""

    wall: float
    cpu: float


Round = dict[str, tuple[Took, Took]]
"""The imports of one round, without and with tracing, by what was imported."""


def measure(app: App, progress: Progress) -> Measurement:
    """A row per function. Ratios are medians of those to the `import boto3` of the same round."""
    functions = Wiring(app.assembly).functions
    rows = [Row(f.name, {"note": f.obstacle}) for f in functions if f.obstacle]
    runnable = [function for function in functions if not function.obstacle]
    failed: dict[str, Row] = {}
    rounds: list[Round] = []
    for number in range(ROUNDS if runnable else 0):
        progress(f"imports: round {number + 1} of {ROUNDS}")
        rounds.append(_round(runnable, app.work, failed))
    measured = [_row(name, rounds) for name in rounds[0] if name not in failed] if rounds else []
    return Measurement(
        "Import of each function's module, clients included",
        f"Median of {ROUNDS} interleaved fresh interpreters; ratios of CPU time to `import boto3`. "
        "Traced: with LAMBDA_TASK_ROOT besides, where handlers that look for it import a tracer.",
        [*measured, *failed.values(), *rows],
    )


def _round(functions: list[Function], work: Path, failed: dict[str, Row]) -> Round:
    """A round of all imports. One that fails becomes a row of `failed`, and is left out then."""
    alone = replace(functions[0], name=ALONE, handler=f"{ALONE}.client")
    found: Round = {}
    for function in (alone, *functions):
        if function.name in failed:
            continue
        try:
            found[function.name] = _import(function, work), _import(function, work, **TRACED)
        except RuntimeError as error:
            failed[function.name] = Row(function.name, {"note": str(error)})
    return found


def _import(function: Function, work: Path, **environment: str) -> Took:
    return Took(*json.loads(function.run("-c", TIMED, function.module, work=work, **environment)))


def _row(name: str, rounds: list[Round]) -> Row:
    plain, traced = (
        median(one[name][index].cpu / one[ALONE][index].cpu for one in rounds) for index in (0, 1)
    )
    values: dict[str, Value] = {
        "ms": round(median(one[name][0].wall for one in rounds)),
        "x": plain,
        "ms, traced": round(median(one[name][1].wall for one in rounds)),
        "x, traced": traced,
    }
    return Row(name, values, **({} if name == ALONE else at_most(LIMIT, plain, "x")))
