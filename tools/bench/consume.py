"""One consumer in a process of its own: `python -m bench.consume FOLDER MODULE BATCH`.

Prints, as JSON, the CPU time of its records but for the first batch, and the peak of its memory.
"""

import importlib
import json
import os
import re
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.inputs import Context
from bench.stubs import StubbedAws

MB = 1_000_000


def main(folder: Path, module: str, batch: int) -> dict[str, float]:
    """Microseconds of CPU a record, and the largest resident memory of this process in MB."""
    StubbedAws(json.loads((folder / f"{module}.table.json").read_text())).install()
    handler = importlib.import_module(module).handler
    records, took = 0, 0.0
    for number, given in enumerate(_batches(folder / f"{module}.jsonl", batch)):
        began = time.process_time()
        answer = handler({"Records": given}, Context())
        if number:
            took += time.process_time() - began
            records += len(given)
        if answer["batchItemFailures"]:
            raise RuntimeError(f"{module} answered {answer}")
    return {"us": took * 1_000_000 / records, "mb": _peak_mb()}


def _peak_mb() -> float:
    """On Linux, ru_maxrss begins with that of the process that started this one; VmHWM does not."""
    status = Path("/proc/self/status")
    if status.exists():
        (kilobytes,) = re.findall(r"^VmHWM:\s*(\d+) kB$", status.read_text(), re.MULTILINE)
        return int(kilobytes) * 1024 / MB
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MB


def _batches(path: Path, size: int) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    with path.open() as lines:
        for line in lines:
            batch.append(json.loads(line))
            if len(batch) == size:
                yield batch
                batch = []
    if batch:
        yield batch


if __name__ == "__main__":
    answer_to = sys.stdout
    with Path(os.devnull).open("w") as sys.stdout:  # What functions log is no result.
        result = main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
    json.dump(result, answer_to)
