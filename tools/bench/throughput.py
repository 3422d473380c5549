"""Throughput and latency of the local run, beside a bare pipe on the same emulator."""

import json
import shutil
from datetime import datetime

from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

from bench.functions import WORK, assembly
from bench.inputs import order
from bench.load import BURST, PACED, Load, arrivals, put_on
from bench.memory import MemoryWatch
from bench.pipe import Pipe
from bench.report import Measurement, Progress, Row
from business import books
from local import instances, running
from local.errors import LocalRunError
from local.system import System

INVOICED_WITHIN_S = 300.0
NOTES = WORK / "pipe"


def measure(progress: Progress) -> Measurement:
    """A row for each load on each of both, and one for memory during the burst."""
    progress("throughput: deploying")
    shutil.rmtree(NOTES, ignore_errors=True)
    NOTES.mkdir(parents=True)
    rows = []
    with running.temporary_system(assembly()) as system:
        pipe = Pipe(system, NOTES)
        shop = Shop(system)
        shop.take(Load("warm-up", count=40))
        _through_pipe(pipe, Load("warm-up", count=40))
        for load in (PACED, BURST):
            progress(f"throughput: {load.count} events through the pipe, {load.name}")
            rows.append(_through_pipe(pipe, load))
            progress(f"throughput: {load.count} orders, {load.name}")
            with MemoryWatch(system.pid) as watch:
                rows.append(shop.take(load))
        rows.append(
            Row(
                f"whole local system, {BURST.name}: memory",
                {"peak MB": round(watch.peak_mb), "processes": watch.processes},
            )
        )
    return Measurement(
        "Throughput of the local run",
        "Orders: from POST to invoice numbered. Pipe: bus, queue, no-op function. "
        "Lost and duplicated are counted in the tables.",
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


class Shop:
    """The customers of the running system."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._url = f"{system.api_url()}/orders"
        self._placed = 0

    def take(self, load: Load) -> Row:
        """Places the orders of a load, and waits until each shows its invoice number.

        LocalRunError if one is refused.
        """
        sent = put_on(load, self._post)
        self._placed += load.count
        self._await_numbers()
        audit = books.audit(self._system)
        return _row(
            f"orders, {load.name}",
            sent,
            self._numbered(),
            audit.lost + self._placed - audit.orders,
            audit.duplicated + audit.gaps,
        )

    def _post(self, number: int) -> str:
        content = json.dumps(order(number)).encode()
        answer = instances.http.post(
            self._url,
            content=content,
            headers=self._system.signed_headers("POST", self._url, content),
        )
        if answer.status_code != 202:
            raise LocalRunError(f"expected 202, got {answer.status_code}: {answer.text}")
        order_id: str = answer.json()["orderId"]
        return order_id

    def _await_numbers(self) -> None:
        """Asks rarely, since reading a whole table is a load of its own, and not for ever."""
        Retrying(
            retry=retry_if_result(lambda missing: missing > 0),
            wait=wait_fixed(1),
            stop=stop_after_delay(INVOICED_WITHIN_S),
            retry_error_callback=lambda _: None,
        )(self._without_number)

    def _without_number(self) -> int:
        orders = books.items(self._system, "orders", "ORDER#")
        return self._placed - sum("invoiceNumber" in order for order in orders)

    def _numbered(self) -> dict[str, float]:
        """When each order's invoice was numbered, in the clock of time.time()."""
        invoices = books.items(self._system, "invoicing", "INVOICE#")
        return {i["orderId"]: datetime.fromisoformat(i["issuedAt"]).timestamp() for i in invoices}


def _row(
    name: str, sent: dict[str, float], arrived: dict[str, float], lost: int, wrong: int
) -> Row:
    """`wrong`: what arrived twice, and numbers left out of their sequence."""
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
