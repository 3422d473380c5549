"""Hops that permissions deny."""

from collections.abc import Iterator

from routes.access.decisions import Decision, Guard
from routes.checks.base import Code, Context, Finding, finding
from routes.journeys.walk import Outcome, known_event
from routes.network.model import Hop

BUS_POLICY = Code(
    "A501",
    "error",
    "A bus policy denies the hop",
    "The event is rejected by the other account's bus, without an error at the publisher.",
    "Allow the sending account events:PutEvents for the event's source and detail-type.",
)
QUEUE_POLICY = Code(
    "A502",
    "error",
    "A queue policy denies the hop",
    "The service cannot send to the queue; the event ends in the dead-letter queue or nowhere.",
    "Allow the service sqs:SendMessage, with the rule's or topic's ARN as aws:SourceArn.",
)
TOPIC_POLICY = Code(
    "A503",
    "error",
    "A topic policy denies the hop",
    "The service cannot publish to the topic: what it sends is lost, and an alarm is not heard.",
    "Give the rule's target a role that may sns:Publish; or allow the service (of an alarm "
    "cloudwatch.amazonaws.com) to publish.",
)
FUNCTION_PERMISSION = Code(
    "A504",
    "error",
    "No function permission for the hop",
    "The service cannot invoke the function.",
    "Add an AWS::Lambda::Permission for the service, with the rule's or topic's ARN.",
)
KEY_POLICY = Code(
    "A505",
    "error",
    "The key of an encrypted target denies the hop",
    "The sender may send but cannot encrypt: the event vanishes.",
    "Allow the service kms:GenerateDataKey and kms:Decrypt in the key's policy, or use SSE-SQS.",
)
NO_ROLE = Code(
    "A506",
    "error",
    "A target that needs a role has none",
    "A bus in another account (since March 2023), a stream, a state machine are reached by a role.",
    "Give the target a role that events.amazonaws.com may assume and that allows the action.",
)
ROLE = Code(
    "A507",
    "error",
    "A role does not allow the hop",
    "The sender, or the reader of the source, acts in a role that may not do it.",
    "Allow the action on the target in the role, and the service in its trust policy.",
)
LOG_POLICY = Code(
    "A510",
    "error",
    "No log resource policy for the hop",
    "EventBridge cannot write to the log group.",
    "Add an AWS::Logs::ResourcePolicy for events.amazonaws.com and delivery.logs.amazonaws.com.",
)

CODES = [
    BUS_POLICY,
    QUEUE_POLICY,
    TOPIC_POLICY,
    FUNCTION_PERMISSION,
    KEY_POLICY,
    NO_ROLE,
    ROLE,
    LOG_POLICY,
]

_BY_GUARD: dict[Guard, Code] = {
    "bus policy": BUS_POLICY,
    "queue policy": QUEUE_POLICY,
    "topic policy": TOPIC_POLICY,
    "function permission": FUNCTION_PERMISSION,
    "key policy": KEY_POLICY,
    "role": ROLE,
    "log resource policy": LOG_POLICY,
}


def check(context: Context) -> Iterator[Finding]:
    """Yields the findings about what is denied."""
    for hop in context.routes.hops:
        yield from _denied(context, hop)
    for function in context.routes.assembly.resources("AWS::Lambda::Function"):
        role = function.get("Role")
        decision = context.routes.permissions.assumable(str(role), "lambda.amazonaws.com")
        if decision.denied:
            yield finding(ROLE, function, decision.reason)


def _denied(context: Context, hop: Hop) -> Iterator[Finding]:
    met = [
        (name, step.reason)
        for name, step in context.met.get(hop, [])
        if step.outcome is Outcome.DENIED
    ]
    made = known_event(hop.sends) if hop.sends and hop.target.kind == "bus" else None
    decision = context.routes.permissions.of_hop(hop, made)
    if not met and not decision.denied:
        return
    name, event = next(
        (
            (f" ({name})", example.event)
            for name, _ in met
            for example in context.examples
            if example.name == name
        ),
        ("", None),
    )
    if event is not None:
        decision = context.routes.permissions.of_hop(hop, event)
    if decision.denied:
        code = _code(hop, decision)
        message = f"{hop.label} → {hop.target.label}{name}: {decision.reason}"
        yield finding(code, hop.resource, message)


def _code(hop: Hop, decision: Decision) -> Code:
    if decision.guard == "role" and hop.role is None:
        return NO_ROLE
    return _BY_GUARD[decision.guard or "role"]
