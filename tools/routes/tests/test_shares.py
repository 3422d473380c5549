"""A second-generation bus of another account: its policy or a share must let the account in."""

from collections.abc import Callable
from typing import Any

import pytest

from routes.access.evaluation import Effect
from routes.journeys.graph import Routes
from routes.network.model import Hop
from routes.tests import sample
from routes.tests.sample import BILLING, REGION, SHOP, allow, arn, resource

RoutesOf = Callable[[sample.Templates], Routes]

BUS = f"arn:aws:events:{REGION}:{SHOP}:event-bus/next"
PERMISSION = "arn:aws:ram::aws:permission/AWSRAMEventBridgeEventBusV2"
ORGANIZATION = "arn:aws:organizations::100000000001:organization/o-abcdefghij"


def share(permission: str, principal: str) -> dict[str, Any]:
    return resource(
        "RAM::ResourceShare",
        Name="next",
        ResourceArns=[arn("Next")],
        Principals=[principal],
        PermissionArns=[PERMISSION + permission],
    )


def policy(action: str, principal: str) -> dict[str, Any]:
    document = {"Statement": [allow(action, arn("Next"), Principal={"AWS": principal})]}
    return resource("EventsV2::ResourcePolicy", EventBusArn=arn("Next"), PolicyDocument=document)


def subscriber_with(routes_of: RoutesOf, guard: dict[str, Any] | None) -> tuple[Routes, Hop]:
    templates = sample.shop()
    templates["Shop"]["Resources"]["Next"] = resource("EventsV2::EventBus", Name="next")
    if guard:
        templates["Shop"]["Resources"]["Guard"] = guard
    templates["Billing"]["Resources"] |= {
        "Subscriber": resource(
            "EventsV2::Subscriber",
            Name="to-us",
            EventBusArn=BUS,
            InvokeConfiguration={"TargetArn": arn("Us"), "RoleArn": arn("SubscriberRole")},
        ),
        "SubscriberRole": sample.role("events", allow("sqs:SendMessage", arn("Us"))),
    }
    routes = routes_of(templates)
    (hop,) = [hop for hop in routes.hops if hop.kind == "subscriber"]
    return routes, hop


@pytest.mark.parametrize(
    ("guard", "effect"),
    [
        (share("SubscribeOnly", BILLING), Effect.ALLOWED),
        (policy("events:CreateSubscriber", BILLING), Effect.ALLOWED),
        (share("SubscribeOnly", "033333333333"), Effect.NOT_ALLOWED),
        (share("PublishOnly", BILLING), Effect.NOT_ALLOWED),
        (policy("events:PutEvents", BILLING), Effect.NOT_ALLOWED),
        (None, Effect.NOT_ALLOWED),
        (share("SubscribeOnly", ORGANIZATION), Effect.UNKNOWN),
        (policy("events:CreateSubscriber", f"arn:aws:iam::{BILLING}:role/x"), Effect.UNKNOWN),
    ],
    ids=[
        "shared",
        "allowed by the policy",
        "shared with another account",
        "shared for publishing",
        "a policy for publishing",
        "neither",
        "shared with an organization",
        "a policy for one role",
    ],
)
def test_an_account_subscribes_where_policy_or_share_lets_it(
    routes_of: RoutesOf, guard: dict[str, Any] | None, effect: Effect
) -> None:
    routes, hop = subscriber_with(routes_of, guard)
    decision = routes.permissions.of_hop(hop)
    assert decision.effect is effect
    assert (effect is Effect.ALLOWED) or decision.reason
