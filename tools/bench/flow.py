"""What every consumer gets: what the functions before it make of the requests of clients.

Each function runs once, on the first `RECORDS` records that came for it, the one with most of them
first; what it does goes on to the next. Where the requests of the workload lead to nothing, those
that the stacks declare come next, and for a consumer that still gets nothing the golden events that
reach it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from bench import given, payloads
from bench.functions import Function, Record
from bench.wiring import Delivery, Wiring
from bench.workload import Request

RECORDS = 1_000


class Flow:
    """The flow of one assembly. What each function is given stands below `work` afterwards."""

    def __init__(self, wiring: Wiring, work: Path) -> None:
        self.wiring = wiring
        self._work = work
        self._functions = {f.arn: f for f in wiring.functions if not f.obstacle}
        self._inbox: dict[str, list[Record]] = defaultdict(list)
        self._tables: given.Tables = {}
        self._done: set[str] = set()
        self.origins: dict[str, str] = {}
        """Where the records of each function that got some came from, by its ARN."""

    def run(self, requests: Iterable[Request]) -> None:
        """Lets everything flow that comes of the requests, and then of the golden events."""
        for request in requests:
            self._deliver(self.wiring.called(request.method, request.path, request.body))
        self._drain("requests")
        for method, path, body in self.wiring.requests():
            for _ in range(RECORDS):
                self._deliver(self.wiring.called(method, path, body))
        self._drain("declared requests")
        for function in self._functions.values():
            if function.consumes and function.arn not in self._done:
                self._deliver(self._golden(function))
                self._drain("examples")

    def folder(self, function: Function) -> Path:
        """Where `given` left what a function is given."""
        return self._work / "given" / function.name.replace("/", ".")

    def _deliver(self, deliveries: Iterable[Delivery]) -> None:
        for arn, record in deliveries:
            if arn in self._functions and arn not in self._done:
                self._inbox[arn].append(record)

    def _drain(self, origin: str) -> None:
        while self._inbox:
            arn = max(self._inbox, key=lambda one: min(RECORDS, len(self._inbox[one])))
            self._done.add(arn)
            self.origins[arn] = origin
            self._run(self._functions[arn], self._inbox.pop(arn)[:RECORDS])

    def _run(self, function: Function, records: list[Record]) -> None:
        folder = self.folder(function)
        tables = {
            arn: table
            for arn, table in self.wiring.tables.items()
            if arn.startswith(function.database)
        }
        items = {arn: self._tables.get(arn, []) for arn in tables}
        given.write(folder, given.Opening(function, tables, items), records)
        try:
            function.run("-m", "bench.run", str(folder), "keep", work=self._work)
        except RuntimeError:
            return  # Its row says why: the measurement of the same function meets the same.
        effects, after = given.kept(folder)
        self._tables |= after
        for effect in effects:
            self._deliver(self._led_to(function, effect))

    def _led_to(self, function: Function, effect: dict[str, Any]) -> Iterator[Delivery]:
        name, what = effect["name"], effect["what"]
        match effect["on"]:
            case "table":
                return self.wiring.changed(name, what)
            case "bus":
                return self.wiring.put(function, what)
            case "topic":
                attributes = what.get("MessageAttributes") or {}
                return self.wiring.published(name, what["Message"], attributes)
            case "queue":
                return self.wiring.sent(name, what["MessageBody"], what)
            case "stream":
                return self.wiring.streamed(function, name, what)
        raise ValueError(f"a function did something on {effect['on']!r}, which leads nowhere")

    def _golden(self, function: Function) -> Iterator[Delivery]:
        """The golden events that reach a function, multiplied, in their order for each subject."""
        reach = [
            example
            for example in self.wiring.examples()
            if any(arn == function.arn for arn, _ in self.wiring.observed(example))
        ]
        for number in range(-(-RECORDS // len(reach)) if reach else 0):
            for example in reach:
                copied = payloads.multiplied(example.event, number)
                for delivery in self.wiring.observed(example, copied):
                    if delivery[0] == function.arn:
                        yield delivery
