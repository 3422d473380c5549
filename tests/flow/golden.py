"""Golden events on their way through a running system."""

import json
import uuid
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from eventing.events import decode
from eventing.unit_of_work import Table
from local.errors import LocalRunError
from local.system import System, wait_until
from routes.journeys.examples import Example, examples_for, starts
from routes.journeys.graph import Routes
from routes.journeys.walk import walk
from tests.flow import given
from tests.flow.stuck import Account, Stuck, consumed_by, ids_of
from tests.synth import template
from tests.synth.template import Template

WITHIN_S = 60.0
IMPATIENT_S = 3
"""The queues' visibility timeout: what a function that cannot start leaves comes again soon."""


DENIED = "AccessDenied"
"""What a function's log says that IAM refused: waiting does not mend it."""


@dataclass(frozen=True)
class Golden:
    """A system, and the assembly that it was deployed from."""

    system: System
    assembly: Path

    @cached_property
    def stacks(self) -> dict[str, Template]:
        """The templates by domain."""
        return template.read(self.assembly)

    def hurry(self) -> None:
        """Gives the queues that a function consumes a short visibility timeout."""
        for domain, stack in self.stacks.items():
            for name in consumed_by(stack):
                self.system.client("sqs", domain).set_queue_attributes(
                    QueueUrl=self.system.queues(domain)[name],
                    Attributes={"VisibilityTimeout": str(IMPATIENT_S)},
                )

    def switch_consumers(self, *, on: bool) -> None:
        """Switches every event source mapping on or off."""
        for domain in self.stacks:
            self.system.switch_consumers(domain, on=on)

    def table(self, domain: str) -> Table:
        """The table of a domain's state."""
        name = self.system.output(domain, "TableName")
        return Table(self.system.client("dynamodb", domain), name)

    def put_all(self) -> list[dict[str, Any]]:
        """Puts every golden event on its bus, about a new subject each; waits until each queue that
        the routes say they reach holds them. Returns the events.

        Consumers have to be off. Stuck, naming the queue, if one gets too few.
        """
        routes = Routes.of(self.assembly)
        events, reached = [], Counter[str]()
        for example in examples_for(routes, None):
            event = fresh(example.event)
            if "metadata" in event["detail"]:
                given.write(decode(json.dumps(event)), self.table)
            reached.update(self._put(routes, Example(example.name, event)))
            events.append(event)
        assert events

        def missing() -> dict[str, int]:
            return dict(reached - self._depths())

        try:
            wait_until(lambda: not missing(), WITHIN_S, "every event in every queue it reaches")
        except LocalRunError as error:
            self.refuse_dead_letters(events)
            raise Stuck(f"messages that did not reach their queue: {missing()}") from error
        return events

    def _put(self, routes: Routes, example: Example) -> set[str]:
        buses = starts(routes, example)
        assert buses, f"{example.name}: no domain publishes it"
        entry = {
            "Source": example.event["source"],
            "DetailType": example.event["detail-type"],
            "Detail": json.dumps(example.event["detail"]),
        }
        reached = set()
        for bus in buses:
            answer = given.events_of(self.system, bus).put_events(
                Entries=[{"EventBusName": bus.name, **entry}]
            )
            assert answer["FailedEntryCount"] == 0, answer
            reached |= {
                trail[-1].hop.target.name
                for trail in walk(routes, example.event, bus).every_step()
                if trail[-1].arrived and trail[-1].hop.target.kind == "queue"
            }
        return reached

    def await_processed(self, events: list[dict[str, Any]]) -> None:
        """Waits until every queue that a function consumes is empty, and every outbox.

        Stuck if something is a dead letter, if a function that has something waiting lacks a grant,
        or if something is still there after a while.
        """

        def still_there() -> list[str]:
            return [told for account in self._accounts for told in account.still_there()]

        def settled() -> bool:
            self.refuse_dead_letters(events)
            # Twice, as a message may move from one place to another while they are looked at.
            left = any((self._waiting(), self._unpublished(), self._waiting()))
            if left and DENIED in (told := "; ".join(still_there())):
                raise Stuck(told)
            return not left

        try:
            wait_until(settled, WITHIN_S, "all that was put is processed")
        except LocalRunError as error:
            raise Stuck("; ".join(still_there()) or "something kept coming") from error
        self.refuse_dead_letters(events)

    def refuse_dead_letters(self, events: list[dict[str, Any]]) -> None:
        """Stuck, if any dead-letter place of any account holds a message."""
        for account in self._accounts:
            for hop, place in account.dead_letters():
                raise Stuck(account.told(hop, place, events))

    @property
    def _accounts(self) -> list[Account]:
        return [Account(self.system, domain, stack) for domain, stack in self.stacks.items()]

    def _depths(self) -> Counter[str]:
        return Counter(
            {
                name: depth
                for domain in self.stacks
                for name, depth in self.system.depths(domain).items()
            }
        )

    def _waiting(self) -> bool:
        return any(account.waiting() for account in self._accounts)

    def _unpublished(self) -> bool:
        return any(account.unpublished() for account in self._accounts)


def fresh(event: dict[str, Any]) -> dict[str, Any]:
    """The event with a new id, and about a new subject wherever its subject is named."""
    renamed: dict[str, Any] = _renamed(event, {id: str(uuid.uuid4()) for id in ids_of(event)})
    return renamed


def _renamed(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _renamed(inner, names) for key, inner in value.items()}
    if isinstance(value, list):
        return [_renamed(inner, names) for inner in value]
    return names.get(value, value) if isinstance(value, str) else value
