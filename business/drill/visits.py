"""Customers and the partner of a drill, who insist until they are answered."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from threading import BoundedSemaphore, Event
from typing import Any, TypeVar

import httpx
from botocore.exceptions import BotoCoreError, ClientError

from bench.workload import Request
from business import tickets, workload
from business.drill.customers import Customer
from contracts.support import CREATED, RESOLVED, UPDATED
from local.errors import LocalRunError
from local.system import System

Got = TypeVar("Got")

AT_ONCE = 48
"""How many are there at a time; most of them wait for something."""

ASKING = 4
"""How many ask at the same moment. More would only start more processes on this machine."""

ASKED_AGAIN_S = 0.4
PATIENCE_S = 120.0
"""How long a good request may go unanswered: longer than any fault."""

_asking = BoundedSemaphore(ASKING)


@dataclass
class Told:
    """What people were told: the ids of orders that were taken and of cancellations that were, and
    answers that a good request may not get.
    """

    accepted: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    untrue: list[tuple[str, str]] = field(default_factory=list)


@contextmanager
def served(system: System, customers: Sequence[Customer], stop: Event) -> Iterator[Told]:
    """Lets customers come, each at its time, and waits at the end until the last has gone.

    Who has not come when somebody stops it stays away.
    """
    told, began, over = Told(), time.monotonic(), Event()

    def comes(customer: Customer) -> None:
        if not stop.wait(max(0.0, began + customer.at - time.monotonic())):
            _Visit(system, told, customer, f"{began}-{customer.number}", over).run()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        try:
            done = [pool.submit(comes, customer) for customer in customers]
            yield told
            for one in done:
                one.result()
        except BaseException:
            stop.set()
            over.set()
            raise


class _Visit:
    """One customer, and the partner who has a ticket about the order."""

    def __init__(
        self, system: System, told: Told, customer: Customer, key: str, over: Event
    ) -> None:
        self._system, self._told, self._over = system, told, over
        self._customer, self._key = customer, key

    def run(self) -> None:
        one = self._customer
        answer = self._asked(workload.request(one.number), 202, self._key)
        if answer is None:
            return
        order_id: str = answer["orderId"]
        self._told.accepted.append(order_id)
        if one.looks:
            self._asked(Request("GET", f"/orders/{order_id}"), 200)
        if one.cancels_after is not None:
            time.sleep(one.cancels_after)
            cancellation = Request("POST", f"/orders/{order_id}/cancel")
            if self._asked(cancellation, 202, too_late=409) is not None:
                self._told.cancelled.append(order_id)
        if one.department:
            self._has_ticket(order_id, one.department)

    def _has_ticket(self, order_id: str, department: str) -> None:
        one, ticket_id = self._customer, tickets.new_id()
        steps = [(CREATED, one.opens_after), (UPDATED, 0.1), (RESOLVED, one.resolves_after)]
        for detail_type, after in steps:
            if detail_type != UPDATED or one.is_updated:
                time.sleep(after)
                event = tickets.event(detail_type, ticket_id, order_id, department)
                self._insists(partial(self._sent, event), f"{detail_type} {ticket_id}")

    def _sent(self, event: tickets.Event) -> bool:
        try:
            tickets.send(self._system, event)
        except (LocalRunError, ClientError, BotoCoreError):
            return False
        return True

    def _asked(
        self, request: Request, expected: int, key: str = "", too_late: int | None = None
    ) -> Any:
        """What a request is answered with in the end; None for what came too late, or is untrue."""
        what, headers = f"{request.method} {request.path}", {"Idempotency-Key": key} if key else {}

        def answered() -> httpx.Response | None:
            try:
                answer = self._system.call(request.method, request.path, request.body, headers)
            except httpx.TransportError:
                return None
            return None if answer.status_code >= 500 or answer.status_code == 429 else answer

        answer = self._insists(answered, what)
        if answer is None or answer.status_code == too_late:
            return None
        if answer.status_code != expected:
            how = f"{what} was answered with {answer.status_code}: {answer.text[:200]}"
            self._told.untrue.append((request.path.partition("/orders/")[2][:36], how))
            return None
        return answer.json()

    def _insists(self, attempt: Callable[[], Got], what: str) -> Got | None:
        """Asks again until something comes; takes note when that takes longer than any fault."""
        ends = time.monotonic() + PATIENCE_S
        while time.monotonic() < ends:
            with _asking:
                got = attempt()
            if got:
                return got
            if self._over.wait(ASKED_AGAIN_S):
                return None
        self._told.untrue.append((what, f"{what}: not taken within {PATIENCE_S:.0f} s"))
        return None
