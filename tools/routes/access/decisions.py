"""What is decided about a hop, and the requests that decide it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from routes.access.evaluation import Effect, Verdict
from routes.network.model import Hop, Place

Guard = Literal[
    "role",
    "bus policy",
    "queue policy",
    "topic policy",
    "function permission",
    "log resource policy",
    "key policy",
]


GUARDS: dict[str, Guard] = {
    "bus": "bus policy",
    "queue": "queue policy",
    "topic": "topic policy",
    "function": "function permission",
}
SENDING = {
    "API destination": "events:InvokeApiDestination",
    "bus": "events:PutEvents",
    "bucket": "s3:PutObject",
    "delivery stream": "firehose:PutRecord",
    "ECS cluster": "ecs:RunTask",
    "function": "lambda:InvokeFunction",
    "log group": "logs:PutLogEvents",
    "queue": "sqs:SendMessage",
    "state machine": "states:StartExecution",
    "stream": "kinesis:PutRecord",
    "topic": "sns:Publish",
}
READING = {
    "broker": ["mq:DescribeBroker"],
    "cluster": ["kafka:DescribeClusterV2", "kafka:GetBootstrapBrokers"],
    "queue": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
    "stream": [
        "kinesis:GetRecords",
        "kinesis:GetShardIterator",
        "kinesis:DescribeStream",
        "kinesis:ListShards",
    ],
    "table": [
        "dynamodb:GetRecords",
        "dynamodb:GetShardIterator",
        "dynamodb:DescribeStream",
        "dynamodb:ListStreams",
    ],
}


@dataclass(frozen=True)
class Decision:
    """Whether a hop is permitted: by which guard it fails, and why."""

    effect: Effect
    guard: Guard | None = None
    reason: str = ""

    @property
    def denied(self) -> bool:
        return self.effect in (Effect.DENIED, Effect.NOT_ALLOWED)


ALLOWED = Decision(Effect.ALLOWED)
SECURE: dict[str, str | None] = {"aws:SecureTransport": "true"}


def sender_context(hop: Hop) -> dict[str, str | None]:
    """Returns what IAM knows of a service that sends under its own name."""
    account = hop.source.account
    context = {**SECURE, "aws:SourceArn": hop.sender, "aws:SourceAccount": account}
    # Of a bucket's notifications and of older topics, policies ask for the owner.
    return {**context, "aws:SourceOwner": account}


def context_of(hop: Hop, event: dict[str, Any] | None) -> dict[str, str | None]:
    """Returns what is known of the request that a hop makes with an event, or with any."""
    context = sender_context(hop) if hop.role is None or hop.kind == "subscription" else SECURE
    if hop.target.kind == "bus":
        return {**context, **event_context(event, by_rule=hop.kind == "rule")}
    return context


def event_context(event: dict[str, Any] | None, *, by_rule: bool) -> dict[str, str | None]:
    """Returns the condition keys of an event that a rule, or code, puts on a bus.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-conditions.html
    """
    put: dict[str, str | None] = {"events:eventBusInvocation": str(by_rule).lower()}
    if event is None:
        return put
    return {
        **put,
        "events:source": str(event.get("source")),
        "events:detail-type": str(event.get("detail-type")),
    }


@dataclass(frozen=True)
class Call:
    """What a sender asks of a place: the action, the ARN it names, and what IAM knows of it."""

    action: str
    arn: str
    context: dict[str, str | None] = field(default_factory=dict)


def call_to(place: Place) -> Call:
    """Returns the request to send to a place."""
    return Call(SENDING[place.kind], f"{place.arn}/*" if place.kind == "bucket" else place.arn)


def call_of(hop: Hop) -> Call:
    """Returns the request that a hop makes to its target."""
    kind = hop.target.kind
    if hop.action is not None and kind != "function":
        return Call(hop.action, call_to(hop.target).arn if kind in SENDING else hop.target.arn)
    if kind == "function":
        return Call(SENDING[kind], _qualified(hop))
    parameters = hop.settings.get("TargetParameters") or {}
    if kind == "ECS cluster":
        ecs = hop.settings.get("EcsParameters") or parameters.get("EcsTaskParameters") or {}
        task = str(ecs.get("TaskDefinitionArn"))
        return Call(SENDING[kind], task, {"ecs:cluster": hop.target.arn})
    if kind == "state machine" and is_synchronous(hop):
        return Call("states:StartSyncExecution", hop.target.arn)
    return call_to(hop.target)


def is_synchronous(pipe: Hop) -> bool:
    """Returns whether a pipe waits for what its function or state machine makes of a batch.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes.html#pipes-invocation
    """
    parameters = pipe.settings.get("TargetParameters") or {}
    given = {
        "function": parameters.get("LambdaFunctionParameters") or {},
        "state machine": parameters.get("StepFunctionStateMachineParameters") or {},
    }
    if pipe.kind != "pipe" or pipe.target.kind not in given:
        return False
    return given[pipe.target.kind].get("InvocationType") != "FIRE_AND_FORGET"


def _qualified(hop: Hop) -> str:
    """A function's ARN with the version or alias that the hop invokes."""
    arn = re.escape(hop.target.arn)
    for text in _texts_in(hop.settings):
        found = re.search(rf"{arn}:[^:/]+", text)
        if found:
            return found[0]
    return hop.target.arn


def _texts_in(settings: dict[str, Any]) -> Iterator[str]:
    for value in settings.values():
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            yield from (each for each in value.values() if isinstance(each, str))


def decided(verdict: Verdict, guard: Guard | None, what: str) -> Decision:
    """Returns the decision that a verdict makes; `what` says who may not do what."""
    if verdict.effect is Effect.UNKNOWN:
        what = what.replace(" may not ", " may or may not ")
    return Decision(verdict.effect, guard, f"{what}: {verdict.reason}" if verdict.reason else what)


def first_failure(*decisions: Decision) -> Decision:
    """Returns the decision that stops a hop: a denial before an unknown before leave."""
    denied = [each for each in decisions if each.denied]
    unknown = [each for each in decisions if each.effect is Effect.UNKNOWN]
    return (denied or unknown or [ALLOWED])[0]
