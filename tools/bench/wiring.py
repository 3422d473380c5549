"""Who gets what in an assembly: its functions, and the way to them from what is sent.

The only module that asks `routes`, but for the measurement of `routes` itself.
"""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from bench import assets, payloads
from bench.functions import Function, Record, Table
from routes.filters.matching import any_matches, flatten
from routes.journeys.examples import Example, read_examples, starts
from routes.journeys.graph import Routes
from routes.journeys.messages import Message, after, seen_by

Delivery = tuple[str, Record]
"""The ARN of a function, and one record for it."""


class Wiring:
    """The functions of a cloud assembly, and what is delivered to them.

    Raises routes' AssemblyError where the folder is none.
    """

    def __init__(self, assembly: Path) -> None:
        self.assembly = assembly
        self._routes = Routes.of(assembly)

    @cached_property
    def functions(self) -> tuple[Function, ...]:
        """Every function of the assembly, by name."""
        found = list(self._routes.assembly.resources("AWS::Lambda::Function"))
        services = Counter(
            _variables(function).get("POWERTOOLS_SERVICE_NAME") for function in found
        )
        functions = []
        for resource in found:
            variables = _variables(resource)
            service = variables.get("POWERTOOLS_SERVICE_NAME")
            name = service if service and services[service] == 1 else _path_of(resource)
            code, obstacle = assets.code(resource)
            functions.append(
                Function(
                    name=name,
                    arn=resource.arn,
                    handler=str(resource.get("Handler")),
                    code=code,
                    variables=variables,
                    consumes=bool(self._routes.hops_to(self._routes.places.at(resource.arn))),
                    batch=self._batch(resource.arn),
                    obstacle=obstacle,
                )
            )
        return tuple(sorted(functions, key=lambda function: function.name))

    @cached_property
    def tables(self) -> dict[str, Table]:
        """Every table of the assembly, by ARN."""
        return {
            resource.arn: Table(
                resource.arn,
                tuple(key["AttributeName"] for key in resource.get("KeySchema")),
                resource.get("StreamSpecification", "StreamViewType"),
            )
            for resource in self._routes.assembly.resources(
                "AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"
            )
        }

    def requests(self) -> list[tuple[str, str, Any]]:
        """Method, path and body of the calls that the stacks declare as examples of their APIs."""
        declared = [
            request
            for stack in self._routes.assembly.stacks
            for request in stack.template.get("Metadata", {})
            .get("crossbus", {})
            .get("requests", [])
        ]
        return [(one["method"], one["path"], one.get("body")) for one in declared]

    def called(self, method: str, path: str, body: Any) -> Iterator[Delivery]:
        """What a call of the assembly's HTTP APIs gives to their functions."""
        for resource in self._routes.assembly.resources("AWS::ApiGatewayV2::Route"):
            verb, _, template = str(resource.get("RouteKey")).partition(" ")
            parameters = _matched(template, path)
            if verb not in (method, "ANY") or parameters is None:
                continue
            integration = str(resource.get("Target")).rpartition("/")[2]
            for target in self._routes.assembly.resources("AWS::ApiGatewayV2::Integration"):
                if target.stack is resource.stack and target.name == integration:
                    function = self._routes.places.at(target.get("IntegrationUri")).arn
                    yield function, payloads.request(method, path, template, parameters, body)
            return

    def put(self, sender: Function, entry: dict[str, Any]) -> Iterator[Delivery]:
        """What an entry of a PutEvents brings to functions that are fed by it."""
        bus = self._routes.places.bus(entry.get("EventBusName"), self._stacks[sender.arn])
        event = payloads.event(entry, sender.account, sender.region)
        return self._delivered(bus, Message.of(event))

    def published(self, topic: str, text: str, attributes: dict[str, Any]) -> Iterator[Delivery]:
        """What a message published on a topic brings."""
        message = Message({}, payloads.parsed(text), payloads.plain_attributes(attributes))
        return self._delivered(self._routes.places.at(topic), message)

    def sent(self, queue: str, text: str, given: dict[str, Any]) -> Iterator[Delivery]:
        """What a message sent to a queue, by its URL, brings; `given` are the call's arguments."""
        message = Message({}, payloads.parsed(text))
        for function, record in self._delivered(self._routes.places.at(queue), message):
            yield function, payloads.with_attributes(record, text, given)

    def streamed(self, sender: Function, stream: str, record: dict[str, Any]) -> Iterator[Delivery]:
        """What a record put into a stream, by name or ARN, brings."""
        owner = self._stacks[sender.arn]
        arn = f"arn:{owner.partition}:kinesis:{owner.region}:{owner.account}:stream/{stream}"
        place = self._routes.places.at(stream if stream.startswith("arn:") else arn)
        data = record["Data"]
        text = data if isinstance(data, str) else bytes(data).decode(errors="replace")
        return self._delivered(place, Message({}, payloads.parsed(text)))

    def changed(self, table: str, change: Record) -> Iterator[Delivery]:
        """What a change of a table's item, as a record of its stream, brings."""
        for hop in self._routes.hops_from(self._routes.places.at(table)):
            fields = flatten(change)
            if hop.enabled and all(any_matches(one.alternatives, fields) for one in hop.filters):
                yield hop.target.arn, change

    def examples(self) -> list[Example]:
        """The golden events that come with the assembly, oldest first; ExampleError for others."""
        folder = self.assembly / "examples"
        events = list(read_examples(folder)) if any(folder.rglob("*.json")) else []
        return sorted(events, key=lambda one: (str(one.event.get("time")), one.name))

    def observed(
        self, example: Example, copied: dict[str, Any] | None = None
    ) -> Iterator[Delivery]:
        """What a golden event, or a copy of it, brings on the bus that its kind is put on."""
        for bus in starts(self._routes, example):
            yield from self._delivered(bus, Message.of(copied or example.event))

    @cached_property
    def _stacks(self) -> dict[str, Any]:
        functions = self._routes.assembly.resources("AWS::Lambda::Function")
        return {function.arn: function.stack for function in functions}

    def _batch(self, function: str) -> int:
        place = self._routes.places.at(function)
        sizes = [
            int(hop.settings.get("BatchSize") or (10 if hop.source.kind == "queue" else 100))
            for hop in self._routes.hops_to(place)
            if hop.kind == "event source mapping"
        ]
        return max(sizes, default=0)

    def _delivered(self, place: Any, message: Message) -> Iterator[Delivery]:
        for hop in self._routes.hops_from(place):
            second_hop = hop.kind == "rule" and hop.target.kind == "bus" and message.bus_hops
            if not hop.enabled or second_hop or not _passes(hop, message):
                continue
            arrived = after(message, hop)
            if hop.target.kind != "function":
                yield from self._delivered(hop.target, arrived)
            elif arrived.opaque is None:
                yield hop.target.arn, payloads.delivered(hop.source, arrived.body)


def _passes(hop: Any, message: Message) -> bool:
    for one in hop.filters:
        seen = seen_by(message, one, hop)
        if not isinstance(seen, dict) or not any_matches(one.alternatives, flatten(seen)):
            return False
    return True


def _matched(template: str, path: str) -> dict[str, str] | None:
    """The parameters of a path where it is one of a route's, None where it is not."""
    pattern = re.sub(r"\\\{(\w+)\\\+\\\}", r"(?P<\1>.+)", re.escape(template))
    pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", pattern)
    found = re.fullmatch(pattern, path)
    return found.groupdict() if found else None


def _path_of(resource: Any) -> str:
    return f"{resource.stack.name}/{resource.path}"


def _variables(resource: Any) -> dict[str, str]:
    variables = resource.get("Environment", "Variables") or {}
    return {name: str(value) for name, value in variables.items()}
