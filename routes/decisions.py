"""What is decided about a hop, and the requests that decide it."""

from dataclasses import dataclass
from typing import Any, Literal

from routes.model import Hop, Place
from routes.policies import Effect, Verdict

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
    "queue": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
    "stream": ["kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:DescribeStream"],
    "table": [
        "dynamodb:GetRecords",
        "dynamodb:GetShardIterator",
        "dynamodb:DescribeStream",
        "dynamodb:ListStreams",
    ],
}
SERVICES = {"rule": "events.amazonaws.com", "subscription": "sns.amazonaws.com"}


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
    """Returns what IAM knows of a service that sends for a rule or a topic."""
    return {
        **SECURE,
        "aws:SourceArn": hop.resource.arn if hop.kind == "rule" else hop.source.arn,
        "aws:SourceAccount": hop.source.account,
    }


def event_context(event: dict[str, Any] | None) -> dict[str, str | None]:
    """Returns the condition keys of an event; none where the event is not known."""
    if event is None:
        return {}
    return {
        "events:source": str(event.get("source")),
        "events:detail-type": str(event.get("detail-type")),
    }


def request_arn(place: Place) -> str:
    """Returns the ARN that a request to send to a place names."""
    return f"{place.arn}/*" if place.kind == "bucket" else place.arn


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
