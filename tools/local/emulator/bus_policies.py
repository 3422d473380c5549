"""Event bus policies decide who may put which events on a bus.

AWS evaluates the bus's resource policy for every event from another account, with the event's
`events:source`, `events:detail-type` and `events:eventBusInvocation` as condition keys, and an
explicit Deny for those of the
bus's own account too.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-perms.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-conditions.html

ministack 1.5.33 stores bus policies and never reads them; of PutPermission it drops `Policy` and
misreads `Principal` and `Condition`. This can go when it evaluates bus policies in PutEvents and
for rules that target a bus.
"""

import json
from collections.abc import Iterator
from typing import Any

from ministack.core.responses import json_response
from ministack.services import eventbridge

from local.emulator import policies, seams


def install() -> None:
    """Stores what PutPermission says as the policy that it means."""
    put_permission = seams.original(eventbridge, "_put_permission")

    def put_meant_permission(request: dict[str, Any]) -> Any:
        if "Policy" in request:
            bus = request.get("EventBusName", "default")
            eventbridge._event_bus_policies[bus] = json.loads(request["Policy"])
            return json_response({})
        return put_permission({**request, **_as_statement(request)})

    seams.replace(eventbridge, "_put_permission", put_meant_permission)


def _as_statement(request: dict[str, Any]) -> dict[str, Any]:
    principal, condition = request.get("Principal", "*"), request.get("Condition")
    return {
        "Principal": "*" if principal == "*" else {"AWS": f"arn:aws:iam::{principal}:root"},
        "Condition": condition and {condition["Type"]: {condition["Key"]: condition["Value"]}},
    }


def allows(bus_arn: str, event: dict[str, Any], principal: str, *, by_rule: bool) -> bool:
    """Whether a principal, or a rule in its name, may put an event on a bus.

    The bus's scope must be the current one. Where IAM is not enforced, all that is known of who
    calls is the account: it may be any role there that the policy names.
    """
    owner, name = bus_arn.split(":")[4], bus_arn.split("event-bus/", 1)[1]
    policy = eventbridge._event_bus_policies.get(name)
    account = principal.split(":")[4]
    principals = [principal]
    if not by_rule and not policies.iam_is_enforced():
        principals += [role for role in _roles_named(policy) if role.split(":")[4] == account]
    decisions = {
        policies.resource_decision(
            policy,
            principal=each,
            action="events:PutEvents",
            resource=bus_arn,
            conditions={
                "events:source": event["Source"],
                "events:detail-type": event["DetailType"],
                "events:eventBusInvocation": str(by_rule).lower(),
            },
        )
        for each in principals
    }
    return "Allow" in decisions or (account == owner and "Deny" not in decisions)


def _roles_named(policy: dict[str, Any] | None) -> Iterator[str]:
    """The roles that a policy's conditions let in."""
    for statement in (policy or {}).get("Statement", []):
        for condition in (statement.get("Condition") or {}).values():
            named = condition.get("aws:PrincipalArn", [])
            yield from [named] if isinstance(named, str) else named
