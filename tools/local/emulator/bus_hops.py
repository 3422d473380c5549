"""A rule forwards events to a bus, also in another account, once.

AWS delivers to a bus of another account when the target names a role of the rule's account that
may put events there, and the bus's policy allows it. The envelope keeps the sender's account. An
event that came over a bus-to-bus target is not forwarded to a third bus.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-bus-to-bus.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html

ministack 1.5.33 drops events for a bus in another account, and forwards any number of times
within one. This can go when it does neither; the tests of this addition tell.
"""

from typing import Any

from ministack.core.arn import parse_arn
from ministack.services import eventbridge

from local.emulator import bus_policies, policies, scopes
from local.emulator.undeliverable import (
    NO_PERMISSIONS,
    RESOURCE_NOT_FOUND,
    THIRD_ACCOUNT_HOP_DETECTED,
    Undeliverable,
)

FORWARDED = "_ForwardedFrom"


def forward(target: dict[str, Any], event: dict[str, Any], rule: dict[str, Any], view: Any) -> None:
    """Puts an event on the bus that a rule's target names. Raises Undeliverable.

    `view` is how patterns and targets see the event, here as there.
    """
    bus = parse_arn(target["Arn"])
    if FORWARDED in event:
        raise Undeliverable(
            THIRD_ACCOUNT_HOP_DETECTED,
            f"the event came from {event[FORWARDED]} and cannot be forwarded to {target['Arn']}",
        )
    role = target.get("RoleArn") or rule.get("RoleArn")
    _check_role(role, target["Arn"])
    principal = policies.principal_of_role(role, scopes.account())
    name = bus.resource.split("/", 1)[1]
    forwarded = {**event, "EventBusName": name, FORWARDED: rule["Arn"]}
    with scopes.owner_of(target["Arn"]):
        if name not in eventbridge._event_buses:
            raise Undeliverable(RESOURCE_NOT_FOUND, f"event bus {target['Arn']} does not exist")
        if not bus_policies.allows(target["Arn"], event, principal, by_rule=True):
            raise Undeliverable(
                NO_PERMISSIONS,
                f"the policy of {target['Arn']} does not let {principal} put "
                f"{event['DetailType']!r} from {event['Source']!r}",
            )
        eventbridge._dispatch_event(forwarded, view)
        eventbridge._archive_event(forwarded, view)


def _check_role(role: str | None, bus_arn: str) -> None:
    bus = parse_arn(bus_arn)
    if role is None:
        if (bus.account_id, bus.region) != (scopes.account(), scopes.region()):
            raise Undeliverable(
                NO_PERMISSIONS, f"a target in another account needs a role: {bus_arn}"
            )
        return
    if not policies.role_allows(role, "events:PutEvents", bus_arn, service="events.amazonaws.com"):
        raise Undeliverable(NO_PERMISSIONS, f"{role} may not put events on {bus_arn}")
