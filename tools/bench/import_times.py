"""Import time of every handler module in a fresh interpreter, beside `import boto3` alone."""

import json
import subprocess
import sys
from statistics import median
from typing import NamedTuple

from bench.functions import ROOT, Function, functions
from bench.report import Measurement, Progress, Row, at_most

ROUNDS = 9
LIMIT = 1.6
ON_LAMBDA = {"LAMBDA_TASK_ROOT": "/var/task"}

TIMED = """
import time
wall, cpu = time.perf_counter(), time.process_time()
import {module}
wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
import json
print(json.dumps([wall * 1000, cpu * 1000]))
"""


class Took(NamedTuple):
    """One import, in milliseconds."""

    wall: float
    cpu: float


def measure(progress: Progress) -> Measurement:
    """A row per handler. A ratio is the median of those to the `import boto3` of the same round."""
    alone = Function("boto3", functions()[0].environment, 0)
    rounds = []
    for number in range(ROUNDS):
        progress(f"imports: round {number + 1} of {ROUNDS}")
        rounds.append({f.module: _round(f) for f in (alone, *functions())})
    return Measurement(
        "Import of each handler module, clients included",
        f"Median of {ROUNDS} interleaved fresh interpreters; ratios of CPU time to `import boto3`. "
        "Traced: as on Lambda, where the X-Ray SDK is imported besides.",
        [_row(module, rounds, alone.module) for module in rounds[0]],
    )


def _round(function: Function) -> tuple[Took, Took]:
    """The import without and with tracing."""
    return _import(function.module, function.environment), _import(
        function.module, function.environment | ON_LAMBDA
    )


def _import(module: str, environment: dict[str, str]) -> Took:
    done = subprocess.run(
        [sys.executable, "-c", TIMED.format(module=module)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        check=True,
    )
    return Took(*json.loads(done.stdout))


def _row(module: str, rounds: list[dict[str, tuple[Took, Took]]], alone: str) -> Row:
    plain, traced = (
        median(one[module][index].cpu / one[alone][index].cpu for one in rounds) for index in (0, 1)
    )
    return Row(
        module,
        {
            "ms": round(median(one[module][0].wall for one in rounds)),
            "x": plain,
            "ms, traced": round(median(one[module][1].wall for one in rounds)),
            "x, traced": traced,
        },
        **({} if module == alone else at_most(LIMIT, plain, "x")),
    )
