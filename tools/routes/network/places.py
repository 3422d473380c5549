"""Finds the place that a template's text names: by ARN, by queue URL or by name."""

from typing import Any

from routes.network.model import Place
from routes.reading.assembly import Assembly, Resource, Stack
from routes.reading.names import NAMINGS
from routes.reading.tokens import may_equal, tokens

_KINDS = {
    "cloudwatch": "alarm",
    "cognito-idp": "user pool",
    "dynamodb": "table",
    "ecs": "ECS cluster",
    "execute-api": "API",
    "firehose": "delivery stream",
    "iot": "topic rule",
    "kafka": "cluster",
    "kinesis": "stream",
    "lambda": "function",
    "logs": "log group",
    "mq": "broker",
    "pipes": "pipe",
    "s3": "bucket",
    "scheduler": "schedule",
    "sns": "topic",
    "sqs": "queue",
    "states": "state machine",
}
_EVENTS_KINDS = {
    "event-bus": "bus",
    "api-destination": "API destination",
    "archive": "archive",
    "rule": "rule",
}


class Places:
    """Every place of an assembly, and those outside it that its templates name."""

    def __init__(self, assembly: Assembly) -> None:
        self._places: dict[str, Place] = {}
        self._named: dict[tuple[str, str], list[Place]] = {}
        self._tokens: dict[str, Resource] = {}
        self._second_generation: dict[tuple[str, str, str], str] = {}
        for resource in assembly.resources():
            self._tokens[f"{resource.stack.name}.{resource.logical_id}"] = resource
            if resource.type in NAMINGS:
                self._add(resource)

    def __iter__(self) -> Any:
        return iter(list(self._places.values()))

    def at(self, text: Any, stack: Stack | None = None) -> Place:
        """Returns the place that a resolved text names.

        A text that is no ARN and no queue URL is taken as a token and gives an unknown place.
        """
        text = str(text)
        if text.startswith("https://sqs."):
            text = _queue_arn(text, stack)
        key = _key(text)
        if key not in self._places:
            key = self._second_generation.get(_owner_and_name(key), key)
        if key not in self._places:
            self._places[key] = self._spelled_otherwise(key) or self._outside(key)
        return self._places[key]

    def _spelled_otherwise(self, arn: str) -> Place | None:
        """The only place of the assembly that an ARN may mean, where one of the two is open.

        An app may leave its region or account to the deployment and write it out elsewhere.
        """
        parts = arn.split(":", 5)
        if len(parts) < 6:
            return None
        found = [
            place
            for place in self._named.get((parts[2], parts[5]), ())
            if all(
                may_equal(own, other) is not False
                for own, other in zip(place.arn.split(":")[3:5], parts[3:5], strict=True)
            )
        ]
        return found[0] if len(found) == 1 else None

    def bus(self, text: Any, stack: Stack) -> Place:
        """Returns the bus that a rule's or a policy's `EventBusName` (name or ARN) means."""
        name = str(text or "default")
        if name.startswith("arn:"):
            return self.at(name)
        return self.at(
            f"arn:{stack.partition}:events:{stack.region}:{stack.account}:event-bus/{name}"
        )

    def function(self, text: Any, stack: Stack) -> Place:
        """Returns the function that a name, a partial or a whole ARN means."""
        name = str(text)
        if name.startswith("arn:"):
            return self.at(name)
        return self.at(
            f"arn:{stack.partition}:lambda:{stack.region}:{stack.account}:function:{name}"
        )

    def endpoint(self, protocol: Any, text: Any) -> Place:
        """Returns the place of a subscription that is no AWS resource: a mailbox, a web address."""
        key = f"{protocol} {text}"
        if key not in self._places:
            self._places[key] = Place(str(text), f"{protocol} endpoint", str(text), "", "")
        return self._places[key]

    def resource_of_token(self, text: str) -> Resource | None:
        """Returns the resource that an unresolved token speaks of."""
        for token in tokens(text):
            stack_and_id = token if token in self._tokens else token.rpartition(".")[0]
            if stack_and_id in self._tokens:
                return self._tokens[stack_and_id]
        return None

    def _add(self, resource: Resource) -> None:
        arn = _key(resource.arn)
        kind = _kind(arn)
        if resource.type == "AWS::Events::Rule" and resource.get("ScheduleExpression"):
            kind = "schedule"
        # A bucket's ARN has neither account nor region; its stack has.
        name = resource.stack.scope.names.given(resource.logical_id) or resource.path
        place = Place(arn, kind, name, resource.stack.account, resource.stack.region, resource)
        self._places[arn] = place
        parts = arn.split(":", 5)
        if len(parts) == 6:
            self._named.setdefault((parts[2], parts[5]), []).append(place)
        if resource.type == "AWS::EventsV2::EventBus":
            self._second_generation[_owner_and_name(arn)] = arn

    def _outside(self, arn: str) -> Place:
        resource = self.resource_of_token(arn) if not arn.startswith("arn:") else None
        parts = arn.split(":", 5)
        if len(parts) < 6:
            kind = resource.type if resource else "unknown"
            account = resource.stack.account if resource else ""
            region = resource.stack.region if resource else ""
            return Place(
                arn, kind, resource.logical_id if resource else arn, account, region, resource
            )
        name = parts[5].split("/", 1)[-1]
        if parts[2] in ("lambda", "logs", "scheduler", "states"):
            name = parts[5].split(":", 1)[-1]
        return Place(arn, _kind(arn), name, parts[4], parts[3])


def _key(arn: str) -> str:
    """One ARN for a function whatever its qualifier, for a table with its stream and its indexes,
    a stream with its consumers."""
    parts = arn.split(":")
    if len(parts) > 7 and parts[2] == "lambda":
        return ":".join(parts[:7])
    if len(parts) > 6 and parts[2] == "logs":
        return ":".join(parts[:7])
    if len(parts) > 5 and parts[2] == "kinesis":
        return arn.split("/consumer/")[0]
    if len(parts) > 5 and parts[2] == "dynamodb":
        return arn.split("/stream/")[0].split("/index/")[0]
    return arn


def _kind(arn: str) -> str:
    parts = arn.split(":", 5)
    if len(parts) < 6:
        return "unknown"
    if parts[2] == "ecs" and not parts[5].startswith("cluster"):
        return "task"
    if parts[5].startswith("aws-sdk:"):
        return "AWS API action"
    if parts[2] == "lambda" and parts[5].startswith("url:"):
        return "function URL"
    if parts[2] == "kinesis" and parts[5].startswith("consumer/"):
        return "stream consumer"
    if parts[2].startswith("events"):
        return _EVENTS_KINDS.get(parts[5].split("/")[0], parts[5].split("/")[0])
    return _KINDS.get(parts[2], parts[2])


def _owner_and_name(arn: str) -> tuple[str, str, str]:
    parts = arn.split(":", 5)
    if len(parts) < 6 or "event" not in parts[2]:
        return ("", "", arn)
    return (parts[4], parts[3], parts[5].rsplit("/", 1)[-1])


def _queue_arn(url: str, stack: Stack | None) -> str:
    host, _, path = url.removeprefix("https://sqs.").partition("/")
    account, _, name = path.partition("/")
    partition = stack.partition if stack else "aws"
    return f"arn:{partition}:sqs:{host.removesuffix('.amazonaws.com')}:{account}:{name}"
