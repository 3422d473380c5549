"""Throughput and latency of the local run, beside a bare pipe on the same emulator."""

import shutil

from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

from bench.functions import App
from bench.load import BURST, PACED, Load, arrivals, put_on
from bench.memory import MemoryWatch
from bench.pipe import Pipe
from bench.report import Measurement, Progress, Row
from bench.workload import Workload
from local import running
from local.system import System

ARRIVED_WITHIN_S = 300.0


def measure(app: App, workload: Workload, progress: Progress) -> Measurement:
    """A row for each load on each of both, and one for memory during the burst."""
    progress("throughput: deploying")
    notes = app.work / "pipe"
    shutil.rmtree(notes, ignore_errors=True)
    notes.mkdir(parents=True)
    rows = []
    with running.temporary_system(app.assembly) as system:
        pipe = Pipe(system, notes)
        clients = Clients(system, workload)
        clients.take(Load("warm-up", count=40))
        _through_pipe(pipe, Load("warm-up", count=40))
        for load in (PACED, BURST):
            progress(f"throughput: {load.count} events through the pipe, {load.name}")
            rows.append(_through_pipe(pipe, load))
            progress(f"throughput: {load.count} {workload.NAME}, {load.name}")
            with MemoryWatch(system.pid) as watch:
                rows.append(clients.take(load))
        rows.append(
            Row(
                f"whole local system, {BURST.name}: memory",
                {"peak MB": round(watch.peak_mb), "processes": watch.processes},
            )
        )
    return Measurement(
        "Throughput of the local run",
        f"{workload.NAME.capitalize()}: from the request to its end, as the workload sees it. "
        "Pipe: bus, queue, no-op function. Lost and duplicated are counted in the tables.",
        rows,
    )


def _through_pipe(pipe: Pipe, load: Load) -> Row:
    def send(number: int) -> str:
        key = f"{load.name}-{number}".replace(" ", "-")
        pipe.send(key)
        return key

    before = pipe.duplicated()
    sent = put_on(load, send)
    arrived = pipe.await_arrival(set(sent))
    lost = len(sent.keys() - arrived.keys())
    return _row(f"pipe, {load.name}", sent, arrived, lost, pipe.duplicated() - before)


class Clients:
    """The clients of the running system, who send what the workload says."""

    def __init__(self, system: System, workload: Workload) -> None:
        self._system = system
        self._workload = workload
        self._sent = 0

    def take(self, load: Load) -> Row:
        """Sends the requests of a load, and waits until all have arrived, though not for ever.

        LocalRunError if one is refused.
        """
        sent = put_on(load, lambda number: self._workload.send(self._system, number))
        self._sent += load.count
        await_arrival(self._system, self._workload, self._sent)
        faults = self._workload.faults(self._system, self._sent)
        arrived = self._workload.arrived(self._system)
        name = f"{self._workload.NAME}, {load.name}"
        return _row(name, sent, arrived, faults.lost, faults.wrong)


def await_arrival(system: System, workload: Workload, sent: int) -> None:
    """Waits until all that was sent has arrived, though not for ever. Asks rarely, since to answer
    is a load of its own.
    """
    Retrying(
        retry=retry_if_result(lambda unfinished: unfinished > 0),
        wait=wait_fixed(3),
        stop=stop_after_delay(ARRIVED_WITHIN_S),
        retry_error_callback=lambda _: None,
    )(lambda: workload.unfinished(system, sent))


def _row(
    name: str, sent: dict[str, float], arrived: dict[str, float], lost: int, wrong: int
) -> Row:
    """`wrong`: what arrived twice, and what the books leave out."""
    found = arrivals(sent, arrived)
    return Row(
        name,
        {
            "events": len(sent),
            "events/s": found.per_second,
            "p50 s": found.p50,
            "p99 s": found.p99,
            "lost": lost,
            "duplicated or gaps": wrong,
        },
        target="none",
        met=not lost and not wrong,
    )
