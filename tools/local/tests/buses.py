"""Buses, rules and queues for the tests of event delivery."""

import json
from typing import Any

from local import deploy
from local.tests.conftest import ALPHA, BETA, REGION, Aws, stack

ROLE_NAME = "forward"
ROLE_ARN = f"arn:aws:iam::{ALPHA}:role/{ROLE_NAME}"
THING_HAPPENED = {"Source": "shop.example", "DetailType": "ThingHappened", "Detail": '{"id": 1}'}


def bus_arn(name: str, account: str) -> str:
    return f"arn:aws:events:{REGION}:{account}:event-bus/{name}"


def create_queue(aws: Aws, name: str, account: str = ALPHA, **attributes: str) -> tuple[str, str]:
    """The URL and ARN of a new queue."""
    url = aws("sqs", account).create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return url, f"arn:aws:sqs:{REGION}:{account}:{name}"


def create_rule(
    aws: Aws,
    bus: str,
    target: dict[str, Any],
    account: str = ALPHA,
    pattern: dict[str, Any] | None = None,
) -> str:
    """Adds a rule with one target to a bus and returns its ARN."""
    events = aws("events", account)
    rule = events.put_rule(
        Name=f"{bus}-rule",
        EventBusName=bus,
        EventPattern=json.dumps(pattern or {"source": ["shop.example"]}),
    )
    answer = events.put_targets(
        Rule=f"{bus}-rule", EventBusName=bus, Targets=[{"Id": "target", **target}]
    )
    assert answer["FailedEntryCount"] == 0
    return str(rule["RuleArn"])


def allow_forwarding(aws: Aws, *target_buses: str) -> None:
    """A role of the alpha account with which a rule may put events on buses."""
    iam = aws("iam", ALPHA)
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    iam.create_role(RoleName=ROLE_NAME, AssumeRolePolicyDocument=policy(trust))
    grant = {"Effect": "Allow", "Action": "events:PutEvents", "Resource": list(target_buses)}
    iam.put_role_policy(RoleName=ROLE_NAME, PolicyName="put", PolicyDocument=policy(grant))


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow_alpha(aws: Aws, *statements: dict[str, Any]) -> None:
    """Creates the bus of beta, with a policy as CloudFormation writes it."""

    resources: dict[str, Any] = {
        "Bus": {"Type": "AWS::Events::EventBus", "Properties": {"Name": "beta"}}
    }
    for number, statement in enumerate(statements):
        resources[f"Policy{number}"] = {
            "Type": "AWS::Events::EventBusPolicy",
            "DependsOn": "Bus",
            "Properties": {
                "EventBusName": "beta",
                "StatementId": f"statement{number}",
                "Statement": {"Resource": bus_arn("beta", BETA), **statement},
            },
        }
    endpoint = aws("events").meta.endpoint_url
    deploy.deploy([stack(resources, account=BETA, name="beta")], endpoint)
