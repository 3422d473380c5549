"""Who may subscribe to a second-generation bus of another account: its policy and its shares.

Rests on https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-custom-bus-sharing.html: the
bus's own policy or a share in AWS RAM must let the account that subscribes create the subscriber.
"""

from collections.abc import Iterator
from typing import Any

from routes.access.decisions import ALLOWED, Decision, decided
from routes.access.evaluation import Effect, Request, evaluate
from routes.network.model import Hop
from routes.reading.assembly import Resource
from routes.reading.shapes import texts
from routes.reading.tokens import may_equal, unknown

_SUBSCRIBE = "events:CreateSubscriber"
_PUBLISH = ["events:PutEvents", "events:PutRawEvents"]


def shared(share: Resource) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yields each bus's ARN with the statement that a share adds to its policy.

    A share with an organization, or by a permission whose actions are not known, is a condition
    that the templates do not decide.
    """
    permissions = texts("PermissionArns", share.get("PermissionArns"))
    names = [permission.rsplit("/", 1)[-1] for permission in permissions]
    managed = [name for name in names if name.startswith("AWSRAMEventBridgeEventBusV2")]
    actions = [_SUBSCRIBE] if any("Subscribe" in name for name in managed) else []
    actions += _PUBLISH if any("Publish" in name for name in managed) else []
    condition = {} if actions else {"StringEquals": {"ram:Permission": names or ["the default"]}}
    for principal in texts("Principals", share.get("Principals")):
        is_account = ":organizations:" not in principal
        statement = {
            "Sid": share.logical_id,
            "Effect": "Allow",
            "Principal": {"AWS": principal} if is_account else "*",
            "Action": actions or [_SUBSCRIBE, *_PUBLISH],
            "Condition": condition if is_account else {"Org": {"aws:PrincipalOrgPaths": principal}},
        }
        for arn in texts("ResourceArns", share.get("ResourceArns")):
            yield arn, statement


def subscribing(hop: Hop, policy: list[dict[str, Any]]) -> Decision:
    """Returns whether a bus's policy and shares let the subscriber's account subscribe to it."""
    account = hop.resource.stack.account
    if may_equal(account, hop.source.account) is not False:
        return ALLOWED
    if hop.source.resource is None:
        return Decision(Effect.UNKNOWN, None, f"{hop.source.label} is not in the assembly")
    role = f"arn:{hop.resource.stack.partition}:iam::{account}:role/{unknown('who deploys')}"
    request = Request(_SUBSCRIBE, hop.source.arn, None, role)
    verdict = evaluate(policy, request, identity=False)
    if verdict.effect is Effect.ALLOWED:
        return ALLOWED
    reason = f"account {account} may not {_SUBSCRIBE} on {hop.source.arn}"
    return decided(verdict, "bus policy", reason)
