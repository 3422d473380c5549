"""What sparse events would cost if consumers called back: requests, time, bytes they save."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench.functions import App
from bench.load import percentile
from bench.report import Measurement, Progress, Row
from bench.throughput import await_arrival
from bench.wiring import Wiring
from bench.workload import CallBack, Workload
from local import running
from local.errors import LocalRunError
from local.system import System
from routes.journeys.examples import Example

COUNT = 100
WARM_UP = 10


@dataclass(frozen=True)
class Answer:
    """Of one call: how long it took, and how many bytes it brought."""

    seconds: float
    size: int


def measure(app: App, workload: Workload, progress: Progress) -> Measurement:
    """A row for each sparse event that the workload names."""
    progress("call backs: deploying")
    wiring = Wiring(app.assembly)
    rows = []
    with running.temporary_system(app.assembly) as system:
        subjects = [workload.send(system, number) for number in range(COUNT)]
        await_arrival(system, workload, COUNT)
        for back in workload.CALL_BACKS:
            progress(f"call backs: {back.detail_type}")
            answers = _ask(system, back, subjects)
            rows.append(row(back, example_of(wiring, back), wiring, answers, workload.NAME))
    return Measurement(
        "Sparse events, if their consumers called back",
        f"{COUNT} calls of the API, one after another, on the local run with nothing else to do; "
        "bytes: the detail of the golden event, and that with what the call answers.",
        rows,
    )


def row(
    back: CallBack, example: Example, wiring: Wiring, answers: Sequence[Answer], name: str
) -> Row:
    """What it would cost each of the requests called `name` if every consumer called back."""
    consumers = {function for function, _ in wiring.observed(example)}
    took = sorted(answer.seconds for answer in answers)
    sparse = len(json.dumps(example.event["detail"], separators=(",", ":")).encode())
    more = round(sum(answer.size for answer in answers) / len(answers))
    return Row(
        back.detail_type,
        {
            "consumers": len(consumers),
            f"requests for each of {name}": len(consumers),
            "p50 added ms": round(1000 * percentile(took, 50), 1),
            "p99 added ms": round(1000 * percentile(took, 99), 1),
            "bytes sparse": sparse,
            "bytes full": sparse + more,
            "bytes saved": more * len(consumers),
        },
    )


def _ask(system: System, back: CallBack, subjects: Sequence[str]) -> list[Answer]:
    """The answers about each subject. LocalRunError if one is no success."""
    answers = []
    for number, subject in enumerate([*subjects[:WARM_UP], *subjects]):
        request, began = back.request(subject), time.perf_counter()
        answer = system.call(request.method, request.path, request.body)
        took = time.perf_counter() - began
        if not answer.is_success:
            raise LocalRunError(f"{request.method} {request.path}: {answer.status_code}")
        if number >= WARM_UP:
            answers.append(Answer(took, len(answer.content)))
    return answers


def example_of(wiring: Wiring, back: CallBack) -> Example:
    """The newest golden event of its kind. LookupError if the assembly has none."""
    for example in reversed(wiring.examples()):
        kind = (example.event["source"], example.event["detail-type"])
        if kind == (back.source, back.detail_type):
            return example
    raise LookupError(f"no golden event of {back.source} {back.detail_type}")
