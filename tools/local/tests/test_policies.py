"""Decisions of policies hold as long as what they were made of."""

from datetime import UTC, datetime, timedelta
from typing import Any

from local.emulator import policies
from local.system import wait_until

QUEUE = "arn:aws:sqs:eu-west-1:100000000001:queue"


def decision(policy: dict[str, Any]) -> str:
    return policies.resource_decision(
        policy,
        principal="arn:aws:iam::100000000002:root",
        action="sqs:SendMessage",
        resource=QUEUE,
        conditions={},
    )


def statement(**more: Any) -> dict[str, Any]:
    allow = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": QUEUE}
    return {"Version": "2012-10-17", "Statement": [allow | more]}


def test_a_policy_that_changed_is_asked_anew() -> None:
    policy = statement()
    assert decision(policy) == "Allow"

    policy["Statement"][0]["Effect"] = "Deny"

    assert decision(policy) == "Deny"


def test_what_depends_on_the_time_ends_in_time() -> None:
    soon = (datetime.now(UTC) + timedelta(seconds=0.5)).isoformat()
    policy = statement(Condition={"DateLessThan": {"aws:CurrentTime": soon}})
    assert decision(policy) == "Allow"

    wait_until(lambda: decision(policy) == "ImplicitDeny", 10, "the end of the permission")
