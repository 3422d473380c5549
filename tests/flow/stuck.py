"""What is said of events that got stuck: where they are, and which function is to blame for it."""

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from local.system import System
from tests.synth.places import failures, queue_mappings
from tests.synth.template import Template, strings, target

FUNCTION = "AWS::Lambda::Function"
QUEUE = "AWS::SQS::Queue"


class Stuck(AssertionError):
    """An event that was not processed: the event, the queue, the function and its first error."""


@dataclass(frozen=True)
class Account:
    """What a domain's account holds of events, and the template that made it."""

    system: System
    domain: str
    stack: Template

    def waiting(self) -> dict[str, int]:
        """How many messages wait in each queue that a function consumes, where some do."""
        consumed = consumed_by(self.stack)
        depths = self.system.depths(self.domain)
        return {name: depth for name, depth in depths.items() if depth and name in consumed}

    def unpublished(self) -> list[str]:
        """The id of each event that is still in the outbox."""
        if "outbox" not in self.stack.said:
            return []
        table = self.system.output(self.domain, "OutboxName")
        items = self.system.client("dynamodb", self.domain).scan(TableName=table)["Items"]
        return [item["pk"]["S"] for item in items]

    def still_there(self) -> list[str]:
        """What is not processed yet, and by which functions."""
        consumed = consumed_by(self.stack)
        told = [
            f"{depth} messages in {name}: {self._blamed(consumed[name])}"
            for name, depth in self.waiting().items()
        ]
        return told + [f"event {id} of {self.domain} is not published" for id in self.unpublished()]

    def dead_letters(self) -> Iterator[tuple[str, str]]:
        """The hop, and the name of its dead-letter place, of each that holds a message."""
        depths = self.system.depths(self.domain)
        for hop, place in failures(self.stack):
            name = self.stack.of(QUEUE)[place]["QueueName"]
            if depths[name]:
                yield hop, name

    def told(self, hop: str, place: str, events: list[dict[str, Any]]) -> str:
        """What is to be said of a message in a dead-letter place: where it came from, and why."""
        kind = self.stack.body["Resources"][hop]["Type"]
        what = f"{_about(self._peek(place), events)} is in {place} of {self.domain}"
        if kind == QUEUE:
            queue = self.stack.of(QUEUE)[hop]["QueueName"]
            return f"{what}, from queue {queue}: {self._blamed(consumed_by(self.stack)[queue])}"
        if kind == "AWS::Lambda::EventSourceMapping":
            function = function_of(self.stack, self.stack.of(kind)[hop])
            return f"{what}: {self._blamed(function)}"
        return f"{what}: {kind} {hop} could not deliver it"

    def _peek(self, queue: str) -> str:
        found = self.system.client("sqs", self.domain).receive_message(
            QueueUrl=self.system.queues(self.domain)[queue], VisibilityTimeout=1
        )
        return "".join(message["Body"] for message in found.get("Messages", []))

    def _blamed(self, function: str) -> str:
        """A function's name, and the first error in its log."""
        properties = self.stack.of(FUNCTION)[function]
        name = properties["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]
        groups = self.system.resources(self.domain, "AWS::Logs::LogGroup")
        group = groups[target(properties["LoggingConfig"]["LogGroup"])]
        logs = self.system.client("logs", self.domain)
        lines = logs.filter_log_events(logGroupName=group)["events"]
        errors = (_error(line["message"]) for line in lines if "Error" in line["message"])
        return f"function {name}, first error: {next(errors, 'none in its log')}"


def function_of(stack: Template, mapping: dict[str, Any]) -> str:
    """The logical id of the function that a mapping invokes, by its alias or itself."""
    named = set(strings(mapping["FunctionName"]))
    for id, alias in stack.of("AWS::Lambda::Alias").items():
        if id in named:
            return target(alias["FunctionName"])
    return target(mapping["FunctionName"])


def consumed_by(stack: Template) -> dict[str, str]:
    """The names of the queues that functions consume, and the function of each."""
    queues = stack.of(QUEUE)
    return {
        queues[target(one["EventSourceArn"])]["QueueName"]: function_of(stack, one)
        for one in queue_mappings(stack).values()
    }


def _error(line: str) -> str:
    """What a line of log says went wrong: the end of its traceback, where it has one."""
    with contextlib.suppress(ValueError):
        logged = json.loads(line)
        line = logged.get("exception") or logged.get("error") or line
    return line.strip().splitlines()[-1]


def ids_of(event: dict[str, Any]) -> list[str]:
    """An event's id and its subject; what comes from outside names first what it is about."""
    detail = event["detail"]
    metadata = detail.get("metadata")
    return [metadata["id"], metadata["subject"]] if metadata else [next(iter(detail.values()))]


def _about(body: str, events: list[dict[str, Any]]) -> str:
    """Which event a message comes from: its subject stands in it."""
    for event in events:
        if any(id in body for id in ids_of(event)):
            return f"{event['detail-type']} {ids_of(event)[0]}"
    return f"a message ({body[:200]})"
