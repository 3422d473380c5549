"""Policies that let in more than they must."""

from collections.abc import Iterator
from typing import Any

from routes.access.evaluation import as_list, like
from routes.checks.base import Code, Context, Finding, finding
from routes.network.model import Place

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
DISPUTED = Code(
    "A511",
    "warning",
    "A topic policy for EventBridge with a condition",
    "AWS's guide says that policies of topics for EventBridge take no Condition block; some of its "
    "samples have one. Where it is not honoured, nothing is published.",
    "Deliver in a role of the rule (RoleArn on the target), and let the role publish.",
)

CODES = [WIDE_PRINCIPAL, NO_SOURCE, DISPUTED]

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
    """Yields the findings about policies that are too wide."""
    for place in context.routes.access.guarded():
        if place.kind in ("bus", "queue", "topic", "function", "kms"):
            yield from _wide(context, place)
    for role in context.routes.assembly.resources("AWS::IAM::Role"):
        for statement in context.routes.access.roles.trust(role):
            anyone = _is_anyone(statement.get("Principal")) and not _conditions(statement)
            if anyone and statement.get("Effect") == "Allow":
                yield finding(WIDE_PRINCIPAL, role, "anyone may assume it: the principal is *")


def _is_anyone(principal: Any) -> bool:
    named = as_list(principal.get("AWS")) if isinstance(principal, dict) else [principal]
    return "*" in named


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
        if (principal == "*" or "*" in accounts) and not _is_of_open_url(statement):
            if not sender_named:
                yield "anyone may send: the principal is * without a condition", WIDE_PRINCIPAL
            elif context.declares:
                yield "the principal is *; name the service or account", WIDE_PRINCIPAL
        for service in services:
            if place.kind == "topic" and service == "events.amazonaws.com" and conditions:
                yield f"{service} is let in on {', '.join(sorted(conditions))}", DISPUTED
            # Of a topic AWS's guide says that EventBridge brings nothing to go by.
            by_guide = place.kind == "topic" and service == "events.amazonaws.com"
            if by_guide and not context.declares:
                continue
            delivers = service in _DELIVERING or context.declares
            if delivers and not sender_named and place.kind != "kms":
                yield f"{service} may send for anyone: no aws:SourceArn", NO_SOURCE
        if place.kind == "bus" and (accounts or principal == "*") and _puts_events(statement):
            yield from _bus_statement(context, accounts, conditions)


def _is_of_open_url(statement: dict[str, Any]) -> bool:
    """Whether a statement lets in who calls a function's web address, which asks nobody."""
    wanted = {key.lower(): value for keys in _asked(statement) for key, value in keys.items()}
    if wanted.get("lambda:functionurlauthtype") == "NONE":
        return True
    return str(wanted.get("lambda:invokedviafunctionurl")).lower() == "true"


def _asked(statement: dict[str, Any]) -> list[dict[str, Any]]:
    return list((statement.get("Condition") or {}).values())


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
