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

    The bus's scope must be the current one.
    """
    owner, name = bus_arn.split(":")[4], bus_arn.split("event-bus/", 1)[1]
    decision = policies.resource_decision(
        eventbridge._event_bus_policies.get(name),
        principal=principal,
        action="events:PutEvents",
        resource=bus_arn,
        conditions={
            "events:source": event["Source"],
            "events:detail-type": event["DetailType"],
            "events:eventBusInvocation": str(by_rule).lower(),
        },
    )
    same_account = principal.split(":")[4] == owner
    return decision == "Allow" or (same_account and decision != "Deny")
