"""One function in a process of its own: `python -m bench.run FOLDER [keep]`.

Gives the function what `bench.given` left in the folder, batch by batch. Prints a Result as JSON.
With `keep`, what it did and what is in the tables then is left in the folder, for those after it.
"""

import importlib
import json
import os
import re
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench import given
from bench.database import Database
from bench.functions import Function, Record
from bench.stubs import StubbedAws

MB = 1_000_000


@dataclass
class Result:
    """Of one run: microseconds of CPU a record (of all but the first batch, where there are more),
    AWS calls a record, peak of memory in MB, how many records it got and failed, and what can be
    known of why.
    """

    us: float = 0.0
    calls: float = 0.0
    mb: float = 0.0
    records: int = 0
    failed: int = 0
    why: str = ""


class Context:
    """What Lambda tells a handler about its invocation."""

    memory_limit_in_mb = 512
    aws_request_id = "bench"
    log_group_name = log_stream_name = "bench"
    function_version = "$LATEST"

    def __init__(self, function: Function) -> None:
        self.function_name = function.name
        self.invoked_function_arn = function.arn

    def get_remaining_time_in_millis(self) -> int:
        """Always the same: nothing here takes time."""
        return 20_000


def main(folder: Path, *, keep: bool) -> Result:
    """Runs the function of a folder on all it is given there."""
    opening = given.opening(folder)
    function = opening.function
    database = Database(opening.tables, opening.items, function.database)
    aws = StubbedAws(database)
    aws.install()
    handler = getattr(importlib.import_module(function.module), function.handler.rpartition(".")[2])
    result = Result()
    took: list[tuple[float, int]] = []
    for batch in given.batches(folder):
        began = time.process_time() - aws.seconds
        _invoke(handler, function, batch, result)
        took.append((time.process_time() - aws.seconds - began, len(batch)))
        result.records += len(batch)
        if not keep:
            aws.effects.clear()
    if keep:
        given.keep(folder, aws.effects, database.items())
    measured = took[1:] or took
    result.us = (
        1_000_000 * sum(s for s, _ in measured) / max(1, sum(count for _, count in measured))
    )
    result.calls = aws.calls / max(1, result.records)
    result.mb = _peak_mb()
    if aws.unknown:
        result.why = f"calls that have no stub: {', '.join(sorted(aws.unknown))}"
    return result


def _invoke(
    handler: Callable[[Any, Context], Any], function: Function, batch: list[Record], result: Result
) -> None:
    event = {"Records": batch} if function.batch else batch[0]
    try:
        answer = handler(event, Context(function))
    except Exception as error:
        result.failed += len(batch)
        result.why = f"{type(error).__name__}: {error}"
        return
    if function.batch and isinstance(answer, dict):
        result.failed += len(answer.get("batchItemFailures") or ())


def _peak_mb() -> float:
    """On Linux, ru_maxrss begins with that of the process that started this one; VmHWM does not."""
    status = Path("/proc/self/status")
    if status.exists():
        (kilobytes,) = re.findall(r"^VmHWM:\s*(\d+) kB$", status.read_text(), re.MULTILINE)
        return int(kilobytes) * 1024 / MB
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MB


if __name__ == "__main__":
    answer_to = sys.stdout
    with Path(os.devnull).open("w") as sys.stdout:  # What functions log is no result.
        found = main(Path(sys.argv[1]), keep="keep" in sys.argv[2:])
    json.dump(asdict(found), answer_to)
