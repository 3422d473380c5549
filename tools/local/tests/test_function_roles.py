"""A resource's policy tells the role of a function from others of its account."""

import json
from typing import Any

import pytest

from local.tests.buses import THING_HAPPENED, allow_alpha, bus_arn
from local.tests.conftest import ALPHA, BETA, Aws
from local.tests.functions import create_function

PUTS = """
    import boto3
    events = boto3.client("events")
    def handle(event, context):
        try:
            return events.put_events(Entries=[event])["FailedEntryCount"]
        except events.exceptions.ClientError as error:
            return error.response["Error"]["Code"]
"""
ENTRY = {**THING_HAPPENED, "EventBusName": bus_arn("beta", BETA)}


def named(role: str) -> dict[str, Any]:
    """A statement that admits a role of alpha by the condition, not as the principal."""
    return {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ALPHA}:root"},
        "Action": "events:PutEvents",
        "Condition": {"ArnEquals": {"aws:PrincipalArn": f"arn:aws:iam::{ALPHA}:role/{role}"}},
    }


@pytest.mark.parametrize(("role", "answer"), [("any", 0), ("other", "AccessDeniedException")])
def test_a_bus_admits_the_role_that_its_policy_names_and_no_other(
    aws: Aws, role: str, answer: object
) -> None:
    allow_alpha(aws, named(role))
    create_function(aws, "puts", PUTS)
    told = aws("lambda").invoke(FunctionName="puts", Payload=json.dumps(ENTRY))
    assert json.loads(told["Payload"].read()) == answer


def test_whoever_puts_by_hand_is_not_the_role(aws: Aws) -> None:
    allow_alpha(aws, named("any"))
    events = aws("events")
    with pytest.raises(events.exceptions.ClientError, match="not authorized"):
        events.put_events(Entries=[ENTRY])
