"""Permissions that are taken away."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from local.errors import LocalRunError
from local.faults.names import one, queue_url
from local.system import System

ROLE = "AWS::IAM::Role"
Statements = list[dict[str, Any]]


@contextmanager
def put_events_denied(system: System, stack: str, bus: str) -> Iterator[None]:
    """The bus's policy denies everybody to put events."""
    arn = system.client("events", stack).describe_event_bus(Name=bus)["Arn"]
    denial = {
        "Sid": "Fault",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "events:PutEvents",
        "Resource": arn,
    }
    with _bus_policy(system, stack, bus, lambda statements: [*statements, denial]):
        yield


@contextmanager
def bus_statements_removed(system: System, stack: str, bus: str) -> Iterator[None]:
    """The bus's policy allows nothing: who sends from another account may not."""
    with _bus_policy(system, stack, bus, lambda _: []):
        yield


@contextmanager
def queue_policy_removed(system: System, stack: str, queue: str) -> Iterator[None]:
    """The queue has no policy: no service may send to it. It takes a system that enforces IAM."""
    sqs, url = system.client("sqs", stack), queue_url(system, stack, queue)
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})
    try:
        yield
    finally:
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": attributes["Policy"]})


@contextmanager
def role_policies_removed(system: System, stack: str, part: str) -> Iterator[None]:
    """The role may do nothing: its inline policies are gone."""
    iam, role = system.client("iam", stack), one(system, stack, ROLE, part)
    names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    if not names:
        raise LocalRunError(f"{stack}: the role {role} has no inline policy to remove")
    documents = {
        name: iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        for name in names
    }
    for name in names:
        iam.delete_role_policy(RoleName=role, PolicyName=name)
    try:
        yield
    finally:
        for name, document in documents.items():
            iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))


@contextmanager
def _bus_policy(
    system: System, stack: str, bus: str, changed: Callable[[Statements], Statements]
) -> Iterator[None]:
    events = system.client("events", stack)
    before = events.describe_event_bus(Name=bus).get("Policy")
    statements = json.loads(before)["Statement"] if before else []
    _put_policy(events, bus, changed(statements))
    try:
        yield
    finally:
        _put_policy(events, bus, statements)


def _put_policy(events: Any, bus: str, statements: Statements) -> None:
    if statements:
        policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
        events.put_permission(EventBusName=bus, Policy=policy)
    else:
        events.remove_permission(EventBusName=bus, RemoveAllPermissions=True)
