"""Golden events on their way through a running system, and what is said when one gets stuck."""

import contextlib
import json
import uuid
from collections import Counter
from dataclasses import dataclass
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
from tests.synth import template
from tests.synth.places import failures, queue_mappings
from tests.synth.template import Template, strings, target

WITHIN_S = 60.0
IMPATIENT_S = 3
"""The queues' visibility timeout: what a function that cannot start leaves comes again soon."""

FUNCTION = "AWS::Lambda::Function"
QUEUE = "AWS::SQS::Queue"


class Stuck(AssertionError):
    """An event that was not processed: the event, the queue, the function and its first error."""


@dataclass(frozen=True)
class Golden:
    """A system, and the assembly that it was deployed from."""

    system: System
    assembly: Path

    @property
    def stacks(self) -> dict[str, Template]:
        """The templates by domain."""
        return template.read(self.assembly)

    def hurry(self) -> None:
        """Gives the queues that a function consumes a short visibility timeout."""
        for domain, stack in self.stacks.items():
            for name in _consumed(stack):
                self.system.client("sqs", domain).set_queue_attributes(
                    QueueUrl=self._url(domain, name),
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

        Stuck if something is a dead letter, or if something is still there after a while.
        """

        def settled() -> bool:
            self.refuse_dead_letters(events)
            # Twice, as a message may move from one place to another while they are looked at.
            return not any((self._waiting(), self._unpublished(), self._waiting()))

        try:
            wait_until(settled, WITHIN_S, "all that was put is processed")
        except LocalRunError as error:
            raise Stuck(self._still_there()) from error
        self.refuse_dead_letters(events)

    def refuse_dead_letters(self, events: list[dict[str, Any]]) -> None:
        """Stuck, if any dead-letter place of any account holds a message."""
        for domain, stack in self.stacks.items():
            depths = self.system.depths(domain)
            for hop, place in failures(stack):
                name = stack.of(QUEUE)[place]["QueueName"]
                if depths[name]:
                    raise Stuck(self._told(domain, hop, name, events))

    def _depths(self) -> Counter[str]:
        return Counter(
            {
                name: depth
                for domain in self.stacks
                for name, depth in self.system.depths(domain).items()
            }
        )

    def _waiting(self) -> dict[str, int]:
        return {
            name: depth
            for domain, stack in self.stacks.items()
            for name, depth in self.system.depths(domain).items()
            if depth and name in _consumed(stack)
        }

    def _unpublished(self) -> list[tuple[str, str]]:
        """Domain and id of each event that is still in an outbox."""
        return [
            (domain, item["pk"]["S"])
            for domain, stack in self.stacks.items()
            if "outbox" in stack.said
            for item in self.system.client("dynamodb", domain).scan(
                TableName=self.system.output(domain, "OutboxName")
            )["Items"]
        ]

    def _still_there(self) -> str:
        """What is not processed yet, and by which functions."""
        told = [
            f"{depth} messages in {name}: {self._blamed(domain, _consumed(stack)[name])}"
            for domain, stack in self.stacks.items()
            for name, depth in self.system.depths(domain).items()
            if depth and name in _consumed(stack)
        ]
        told += [f"event {id} of {domain} is not published" for domain, id in self._unpublished()]
        return "; ".join(told) or "something kept coming"

    def _told(self, domain: str, hop: str, place: str, events: list[dict[str, Any]]) -> str:
        """What is to be said of a message in a dead-letter place: where it came from, and why."""
        stack = self.stacks[domain]
        kind = stack.body["Resources"][hop]["Type"]
        what = f"{_about(self._peek(domain, place), events)} is in {place} of {domain}"
        if kind == QUEUE:
            queue = stack.of(QUEUE)[hop]["QueueName"]
            return f"{what}, from queue {queue}: {self._blamed(domain, _consumed(stack)[queue])}"
        if kind == "AWS::Lambda::EventSourceMapping":
            function = function_of(stack, stack.of(kind)[hop])
            return f"{what}: {self._blamed(domain, function)}"
        return f"{what}: {kind} {hop} could not deliver it"

    def _peek(self, domain: str, queue: str) -> str:
        found = self.system.client("sqs", domain).receive_message(
            QueueUrl=self._url(domain, queue), VisibilityTimeout=1
        )
        return "".join(message["Body"] for message in found.get("Messages", []))

    def _blamed(self, domain: str, function: str) -> str:
        """A function's name, and the first error in its log."""
        properties = self.stacks[domain].of(FUNCTION)[function]
        name = properties["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]
        groups = self.system.resources(domain, "AWS::Logs::LogGroup")
        group = groups[target(properties["LoggingConfig"]["LogGroup"])]
        lines = self.system.client("logs", domain).filter_log_events(logGroupName=group)["events"]
        errors = (_error(line["message"]) for line in lines if "Error" in line["message"])
        return f"function {name}, first error: {next(errors, 'none in its log')}"

    def _url(self, domain: str, queue: str) -> str:
        return self.system.queues(domain)[queue]


def fresh(event: dict[str, Any]) -> dict[str, Any]:
    """The event with a new id, and about a new subject wherever its subject is named."""
    renamed: dict[str, Any] = _renamed(event, {id: str(uuid.uuid4()) for id in _ids(event)})
    return renamed


def _ids(event: dict[str, Any]) -> list[str]:
    """An event's id and its subject; what comes from outside names first what it is about."""
    detail = event["detail"]
    metadata = detail.get("metadata")
    return [metadata["id"], metadata["subject"]] if metadata else [next(iter(detail.values()))]


def _renamed(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _renamed(inner, names) for key, inner in value.items()}
    if isinstance(value, list):
        return [_renamed(inner, names) for inner in value]
    return names.get(value, value) if isinstance(value, str) else value


def _error(line: str) -> str:
    """What a line of log says went wrong: the end of its traceback, where it has one."""
    with contextlib.suppress(ValueError):
        logged = json.loads(line)
        line = logged.get("exception") or logged.get("error") or line
    return line.strip().splitlines()[-1]


def function_of(stack: Template, mapping: dict[str, Any]) -> str:
    """The logical id of the function that a mapping invokes, by its alias or itself."""
    named = set(strings(mapping["FunctionName"]))
    for id, alias in stack.of("AWS::Lambda::Alias").items():
        if id in named:
            return target(alias["FunctionName"])
    return target(mapping["FunctionName"])


def _consumed(stack: Template) -> dict[str, str]:
    """The names of the queues that functions consume, and the function of each."""
    queues = stack.of(QUEUE)
    return {
        queues[target(one["EventSourceArn"])]["QueueName"]: function_of(stack, one)
        for one in queue_mappings(stack).values()
    }


def _about(body: str, events: list[dict[str, Any]]) -> str:
    """Which event a message comes from: its subject stands in it."""
    for event in events:
        if any(id in body for id in _ids(event)):
            return f"{event['detail-type']} {_ids(event)[0]}"
    return f"a message ({body[:200]})"
