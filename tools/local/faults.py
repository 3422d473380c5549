"""Faults of a running system, switched on and off: each is a context manager that mends at its end.

Where AWS has an API for a fault, that is what brings it about and takes it away; for the others the
emulator has switches of its own. What is changed is put back as it was, also after an exception.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from local import control
from local.errors import LocalRunError
from local.system import System

FUNCTION = "AWS::Lambda::Function"
MAPPING = "AWS::Lambda::EventSourceMapping"
ROLE = "AWS::IAM::Role"
TABLE = "AWS::DynamoDB::Table"
OF_A_RULE = ("EventPattern", "ScheduleExpression", "State", "Description", "RoleArn")


def function_name(system: System, stack: str, part: str) -> str:
    """The name of the one function whose logical id contains `part`. LocalRunError if not one."""
    return _one(system, stack, FUNCTION, part)


@contextmanager
def function_raising(system: System, stack: str, part: str) -> Iterator[None]:
    """The function raises at every invocation, as after a bad deploy."""
    arn = _function_arn(system, stack, function_name(system, stack, part))
    with _switched(system, {"raising": arn}):
        yield


@contextmanager
def function_throttled(system: System, stack: str, part: str) -> Iterator[None]:
    """The function's reserved concurrency is 0: Lambda starts none."""
    functions = system.client("lambda", stack)
    name = function_name(system, stack, part)
    before = functions.get_function_concurrency(FunctionName=name).get(
        "ReservedConcurrentExecutions"
    )
    functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    try:
        yield
    finally:
        if before is None:
            functions.delete_function_concurrency(FunctionName=name)
        else:
            functions.put_function_concurrency(
                FunctionName=name, ReservedConcurrentExecutions=before
            )


@contextmanager
def mappings_off(system: System, stack: str, part: str) -> Iterator[None]:
    """The event source mappings of the function are off; those that were off stay so."""
    functions = system.client("lambda", stack)
    arn = _function_arn(system, stack, function_name(system, stack, part))
    switched = []
    for uuid in system.resources(stack, MAPPING).values():
        mapping = functions.get_event_source_mapping(UUID=uuid)
        if mapping["FunctionArn"].startswith(arn) and mapping["State"] == "Enabled":
            switched.append(uuid)
    if not switched:
        raise LocalRunError(f"{stack}: {part} has no event source mapping that is on")
    for uuid in switched:
        functions.update_event_source_mapping(UUID=uuid, Enabled=False)
    try:
        yield
    finally:
        for uuid in switched:
            functions.update_event_source_mapping(UUID=uuid, Enabled=True)


@contextmanager
def table_refusing(system: System, stack: str, part: str) -> Iterator[None]:
    """The table throttles every read and write."""
    owner = system.stack(stack)
    name = _one(system, stack, TABLE, part)
    arn = f"arn:aws:dynamodb:{owner.region}:{owner.account}:table/{name}"
    with _switched(system, {"refusing": arn}):
        yield


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
    sqs, url = system.client("sqs", stack), _queue_url(system, stack, queue)
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})
    try:
        yield
    finally:
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": attributes["Policy"]})


@contextmanager
def role_policies_removed(system: System, stack: str, part: str) -> Iterator[None]:
    """The role may do nothing: its inline policies are gone."""
    iam, role = system.client("iam", stack), _one(system, stack, ROLE, part)
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
def bus_deleted(system: System, stack: str, bus: str) -> Iterator[None]:
    """The bus is gone, with its rules and its policy; all of them are made anew at the end.

    The policy comes last: what a bus takes before it has its rules is delivered nowhere. Nothing
    keeps out those of its own account, who need no policy.
    """
    events = system.client("events", stack)
    policy = events.describe_event_bus(Name=bus).get("Policy")
    rules = events.list_rules(EventBusName=bus)["Rules"]
    targets = {
        rule["Name"]: events.list_targets_by_rule(Rule=rule["Name"], EventBusName=bus)["Targets"]
        for rule in rules
    }
    for name, found in targets.items():
        ids = [target["Id"] for target in found]
        events.remove_targets(Rule=name, EventBusName=bus, Ids=ids)
        events.delete_rule(Name=name, EventBusName=bus)
    if policy:
        events.remove_permission(EventBusName=bus, RemoveAllPermissions=True)
    events.delete_event_bus(Name=bus)
    try:
        yield
    finally:
        events.create_event_bus(Name=bus)
        for rule in rules:
            kept = {key: rule[key] for key in OF_A_RULE if rule.get(key)}
            events.put_rule(Name=rule["Name"], EventBusName=bus, **kept)
            events.put_targets(Rule=rule["Name"], EventBusName=bus, Targets=targets[rule["Name"]])
        if policy:
            events.put_permission(EventBusName=bus, Policy=policy)


@contextmanager
def time_compressed(system: System, factor: int, visibility_s: int = 2) -> Iterator[None]:
    """Time passes faster for messages that failed.

    The pauses that consumers ask for pass `factor` times as fast, and the queues of event source
    mappings hide a message for `visibility_s` seconds where it was for longer.
    """
    before: list[tuple[Any, str, str]] = []
    for stack in system.stacks:
        sqs = system.client("sqs", stack)
        for url in system.queues(stack).values():
            was = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])
            seconds = was["Attributes"]["VisibilityTimeout"]
            if int(seconds) > visibility_s:
                before.append((sqs, url, seconds))
    control.switch_fault(system.emulator, {"pace": factor})
    _set_visibility([(sqs, url, str(visibility_s)) for sqs, url, _ in before])
    try:
        yield
    finally:
        control.switch_fault(system.emulator, {"pace": 1})
        _set_visibility(before)


def _set_visibility(queues: list[tuple[Any, str, str]]) -> None:
    for sqs, url, seconds in queues:
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": seconds})


@contextmanager
def _bus_policy(system: System, stack: str, bus: str, changed: Any) -> Iterator[None]:
    events = system.client("events", stack)
    before = events.describe_event_bus(Name=bus).get("Policy")
    statements = json.loads(before)["Statement"] if before else []
    _put_policy(events, bus, changed(statements))
    try:
        yield
    finally:
        _put_policy(events, bus, statements)


def _put_policy(events: Any, bus: str, statements: list[dict[str, Any]]) -> None:
    if statements:
        policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
        events.put_permission(EventBusName=bus, Policy=policy)
    else:
        events.remove_permission(EventBusName=bus, RemoveAllPermissions=True)


@contextmanager
def _switched(system: System, fault: dict[str, str]) -> Iterator[None]:
    control.switch_fault(system.emulator, {**fault, "on": True})
    try:
        yield
    finally:
        control.switch_fault(system.emulator, {**fault, "on": False})


def _function_arn(system: System, stack: str, name: str) -> str:
    owner = system.stack(stack)
    return f"arn:aws:lambda:{owner.region}:{owner.account}:function:{name}"


def _queue_url(system: System, stack: str, queue: str) -> str:
    queues = system.queues(stack)
    if queue not in queues:
        raise LocalRunError(f"{stack} has no queue {queue!r}, only {sorted(queues)}")
    return queues[queue]


def _one(system: System, stack: str, resource_type: str, part: str) -> str:
    found = system.resources(stack, resource_type)
    fitting = sorted(name for name in found if part in name)
    exact = [name for name in fitting if _without_hash(name) == part]
    if len(exact or fitting) != 1:
        raise LocalRunError(
            f"{part!r} is in the logical ids {fitting} of {stack}, expected one {resource_type} of "
            f"{sorted(found)}"
        )
    return found[(exact or fitting)[0]]


def _without_hash(logical_id: str) -> str:
    """The logical id as CDK makes it ends with eight digits of a hash."""
    return logical_id[:-8]
