"""Hops that permissions deny, and policies that let in more than they must."""

from collections.abc import Iterator
from typing import Any

from routes.access.decisions import Decision, Guard
from routes.access.evaluation import as_list, like
from routes.checks.base import Code, Context, Finding, finding
from routes.journeys.walk import Outcome
from routes.network.model import Hop, Place

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
    "EventBridge cannot publish to the topic.",
    "Allow events.amazonaws.com sns:Publish, with the rule's ARN as aws:SourceArn.",
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
WIDE_PRINCIPAL = Code(
    "A508",
    "warning",
    "A principal wider than it must be",
    "Others than the senders of the routes may put events or messages in.",
    "Name the account, role or service that sends, and the source in a condition.",
    house=True,
)
NO_SOURCE = Code(
    "A509",
    "warning",
    "A policy without source conditions",
    "Anyone's rule or topic may send through the service; any event may be put on the bus.",
    "Add aws:SourceArn or aws:SourceAccount; on a bus events:source and events:detail-type, "
    "with Null false so that their absence is no way around.",
    house=True,
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
    WIDE_PRINCIPAL,
    NO_SOURCE,
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
_DELIVERING = ("events.amazonaws.com", "sns.amazonaws.com")
# Conditions that say who sends, whatever the operator.
_SENDER_KEYS = {
    "aws:sourcearn",
    "aws:sourceaccount",
    "aws:sourceowner",
    "aws:sourceorgid",
    "aws:principalorgid",
    "aws:principalarn",
    "aws:principalaccount",
    "aws:sourcevpce",
    "aws:sourceip",
    "sns:endpoint",
    "kms:calleraccount",
    "kms:viaservice",
}


def check(context: Context) -> Iterator[Finding]:
    """Yields the findings about permissions."""
    for hop in context.routes.hops:
        yield from _denied(context, hop)
    for place in context.routes.access.guarded():
        if place.kind in ("bus", "queue", "topic", "function", "kms"):
            yield from _wide(context, place)


def _denied(context: Context, hop: Hop) -> Iterator[Finding]:
    met = [
        (name, step.reason)
        for name, step in context.met.get(hop, [])
        if step.outcome is Outcome.DENIED
    ]
    decision = context.routes.permissions.of_hop(hop, None)
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


def _wide(context: Context, place: Place) -> Iterator[Finding]:
    resources = context.routes.access.policy_resources[place.arn]
    for statement in context.routes.access.resource_policy(place):
        if statement.get("Effect") != "Allow":
            continue
        resource = next(
            (
                each
                for each in resources
                if statement.get("Sid") in (each.logical_id, each.get("StatementId"))
            ),
            resources[0],
        )
        conditions = _conditions(statement)
        for problem, code in _problems(context, place, statement, conditions):
            yield finding(code, resource, f"{place.label}: {problem}")


def _problems(
    context: Context, place: Place, statement: dict[str, Any], conditions: dict[str, list[str]]
) -> Iterator[tuple[str, Code]]:
    sender_named = bool(_SENDER_KEYS & set(conditions))
    for principal in as_list(statement.get("Principal")):
        services = as_list(principal.get("Service")) if isinstance(principal, dict) else []
        accounts = as_list(principal.get("AWS")) if isinstance(principal, dict) else []
        if principal == "*" or "*" in accounts:
            if not sender_named:
                yield "anyone may send: the principal is * without a condition", WIDE_PRINCIPAL
            elif context.declares:
                yield "the principal is *; name the service or account", WIDE_PRINCIPAL
        for service in services:
            if service in _DELIVERING and not sender_named and place.kind != "kms":
                yield f"{service} may send for anyone: no aws:SourceArn", NO_SOURCE
        if place.kind == "bus" and (accounts or principal == "*") and _puts_events(statement):
            yield from _bus_statement(context, accounts, conditions)


def _puts_events(statement: dict[str, Any]) -> bool:
    actions = [str(action) for action in as_list(statement.get("Action"))]
    return any(like(action, "events:PutEvents") for action in actions)


def _bus_statement(
    context: Context, accounts: list[Any], conditions: dict[str, list[str]]
) -> Iterator[tuple[str, Code]]:
    for key in ("events:source", "events:detail-type"):
        operators = conditions.get(key, [])
        if not [operator for operator in operators if operator != "Null"]:
            yield f"events of any {key.removeprefix('events:')} may be put: no {key}", NO_SOURCE
        elif "Null" not in operators and _may_be_absent(context, operators):
            yield f"{key} may be absent: no Null condition", NO_SOURCE
    known = {stack.account for stack in context.routes.assembly.stacks}
    for account in accounts if context.declares else ():
        number = str(account).split(":")[4] if str(account).count(":") >= 5 else str(account)
        if number not in known and number != "*":
            yield f"account {number} is none of this system's", WIDE_PRINCIPAL


def _may_be_absent(context: Context, operators: list[str]) -> bool:
    """Declared domains always say Null; elsewhere only operators that absence satisfies count."""
    return context.declares or any(
        operator.startswith("ForAllValues:") or operator.endswith("IfExists") or "Not" in operator
        for operator in operators
    )


def _conditions(statement: dict[str, Any]) -> dict[str, list[str]]:
    """Per condition key, in lower case, the operators that are asked of it."""
    found: dict[str, list[str]] = {}
    for operator, keys in (statement.get("Condition") or {}).items():
        for key in keys:
            found.setdefault(key.lower(), []).append(operator)
    return found
