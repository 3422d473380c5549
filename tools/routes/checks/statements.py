"""Statements of policies that AWS refuses, or that say other than they read."""

import difflib
import re
from collections.abc import Iterator
from typing import Any

from routes.access.evaluation import as_list
from routes.checks.base import Code, Context, Finding, finding
from routes.reading.assembly import Resource
from routes.reading.shapes import parsed
from routes.reading.tokens import is_known

REFUSED = Code(
    "A512",
    "error",
    "A policy statement that AWS refuses",
    "CloudFormation fails on it in the middle of a deployment.",
    "Correct what the message names.",
)
NO_SUCH_ACTION = Code(
    "A513",
    "error",
    "A policy names an action that does not exist",
    "AWS takes it without an error, and it allows or denies nothing.",
    "Write the action that the message suggests.",
)

TWO_POLICIES = Code(
    "A517",
    "error",
    "Two policies for one queue or topic",
    "It has one: the policy that CloudFormation sets last replaces the other.",
    "Write the statements into one policy; or name the queue or topic that is meant.",
)

CODES = [REFUSED, NO_SUCH_ACTION, TWO_POLICIES]

# Per type, where its policies stand, and what their statements must have beside effect and action.
_DOCUMENTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "AWS::Events::EventBusPolicy": ("Statement", ("Principal", "Resource")),
    "AWS::IAM::ManagedPolicy": ("PolicyDocument", ("Resource",)),
    "AWS::IAM::Policy": ("PolicyDocument", ("Resource",)),
    "AWS::IAM::Role": ("AssumeRolePolicyDocument", ("Principal",)),
    "AWS::KMS::Key": ("KeyPolicy", ("Principal", "Resource")),
    "AWS::SNS::TopicPolicy": ("PolicyDocument", ("Principal", "Resource")),
    "AWS::SQS::QueuePolicy": ("PolicyDocument", ("Principal", "Resource")),
}
_ACTION = re.compile(r"\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+")
_PRINCIPAL = re.compile(
    r"\*|\d{12}|[A-Z0-9]{16,}|arn:[\w-]+:(iam|sts)::(\d{12}|cloudfront|aws):(root|[\w-]+/.+)"
)
_SERVICE = re.compile(r"[a-z0-9.-]+\.(amazonaws\.com(\.cn)?|aws\.internal|alexa\.amazon\.com)|\*")
_EFFECTS = ("Allow", "Deny")
# The actions that deliveries are made of; a near miss of one of them is a slip.
_KNOWN = {
    "dynamodb": "BatchGetItem BatchWriteItem ConditionCheckItem DeleteItem DescribeStream "
    "DescribeTable GetItem GetRecords GetShardIterator ListStreams PutItem Query Scan UpdateItem "
    "ListTables UpdateTable CreateTable DeleteTable",
    "events": "PutEvents PutRawEvents PutRule PutTargets PutPermission InvokeApiDestination "
    "CreateSubscriber RemovePermission RemoveTargets DeleteRule DescribeRule ListRules",
    "firehose": "PutRecord PutRecordBatch DescribeDeliveryStream",
    "kinesis": "PutRecord PutRecords GetRecords GetShardIterator DescribeStream ListShards "
    "DescribeStreamSummary ListStreams SubscribeToShard DescribeStreamConsumer",
    "kms": "Decrypt Encrypt GenerateDataKey GenerateDataKeyWithoutPlaintext ReEncryptFrom "
    "ReEncryptTo DescribeKey CreateGrant GenerateDataKeyPair",
    "lambda": "InvokeFunction InvokeFunctionUrl InvokeAsync GetFunction",
    "sns": "Publish Subscribe Unsubscribe PublishBatch GetTopicAttributes SetTopicAttributes "
    "ListSubscriptions ListSubscriptionsByTopic AddPermission RemovePermission DeleteTopic",
    "sqs": "SendMessage ReceiveMessage DeleteMessage GetQueueAttributes GetQueueUrl "
    "ChangeMessageVisibility PurgeQueue SetQueueAttributes ListQueues SendMessageBatch "
    "DeleteMessageBatch ChangeMessageVisibilityBatch ListDeadLetterSourceQueues AddPermission "
    "StartMessageMoveTask ListMessageMoveTasks CancelMessageMoveTask TagQueue",
    "sts": "AssumeRole AssumeRoleWithSAML AssumeRoleWithWebIdentity TagSession SetSourceIdentity",
}


def check(context: Context) -> Iterator[Finding]:
    """Yields the findings about single statements."""
    for resource in context.routes.assembly.resources(*_DOCUMENTS):
        key, needed = _DOCUMENTS[resource.type]
        yield from _document(resource, key, resource.get(key), needed)
        if resource.type == "AWS::IAM::Role":
            for policy in as_list(resource.get("Policies")):
                document = policy.get("PolicyDocument") if isinstance(policy, dict) else None
                yield from _document(resource, "PolicyDocument", document, ("Resource",))
    yield from _two_policies(context)


def _two_policies(context: Context) -> Iterator[Finding]:
    for place in context.routes.access.guarded():
        policies = dict.fromkeys(context.routes.access.policy_resources[place.arn])
        if place.kind in ("queue", "topic") and len(policies) > 1:
            names = " and ".join(each.logical_id for each in policies)
            yield finding(TWO_POLICIES, list(policies)[-1], f"{place.label} has {names}")


def _document(
    resource: Resource, key: str, document: Any, needed: tuple[str, ...]
) -> Iterator[Finding]:
    document = parsed(document)
    if not isinstance(document, dict):
        return
    found = [document] if key == "Statement" else as_list(document.get("Statement"))
    if not found:
        yield finding(REFUSED, resource, f"{key} has no statement")
    for index, statement in enumerate(found):
        if not isinstance(statement, dict):
            continue
        told = f"statement {statement.get('Sid') or index} of {key}"
        for problem in _problems(statement, needed):
            yield finding(REFUSED, resource, f"{told}: {problem}")
        for action in _actions(statement):
            near = _slip(action)
            if near:
                message = f"{told}: there is no {action}; did you mean {near}?"
                yield finding(NO_SUCH_ACTION, resource, message)


def _problems(statement: dict[str, Any], needed: tuple[str, ...]) -> Iterator[str]:
    effect = statement.get("Effect")
    if effect not in _EFFECTS:
        yield f"Effect is {effect!r}, expected Allow or Deny"
    for key in ("Action", *needed):
        given = statement.get(key, statement.get(f"Not{key}"))
        if given in (None, "", [], {}):
            yield f"it has no {key}"
    for action in _actions(statement):
        if is_known(action) and not _ACTION.fullmatch(action):
            yield f"Action {action!r} is not of the form service:Name"
    for resource in as_list(statement.get("Resource")):
        if is_known(resource) and resource != "*" and not str(resource).startswith("arn:"):
            yield f"Resource {resource!r} is neither * nor an ARN"
    principal = statement.get("Principal")
    if isinstance(principal, dict):
        yield from _principals(principal)
    elif principal not in (None, "*", "", {}):
        yield f"Principal is {principal!r}, expected * or an object"
    yield from _conditions(statement.get("Condition"))


def _principals(principal: dict[str, Any]) -> Iterator[str]:
    for kind, form in (("AWS", _PRINCIPAL), ("Service", _SERVICE)):
        for named in as_list(principal.get(kind)):
            if is_known(named) and not form.fullmatch(str(named)):
                yield f"Principal {kind} {named!r} does not exist"
        if kind in principal and not as_list(principal[kind]):
            yield f"Principal {kind} is empty"


def _conditions(condition: Any) -> Iterator[str]:
    for operator, keys in condition.items() if isinstance(condition, dict) else ():
        name = operator.split(":")[-1].removesuffix("IfExists")
        for key, wanted in keys.items() if isinstance(keys, dict) else ():
            values = as_list(wanted)
            if not values or values == [""]:
                yield f"condition {operator} {key} has no value"
            said = {str(value).lower() for value in values if is_known(value)}
            if name in ("Bool", "Null") and not said <= {"true", "false"}:
                yield f"condition {operator} {key} is {wanted!r}, expected true or false"


def _actions(statement: dict[str, Any]) -> list[str]:
    return [str(each) for each in as_list(statement.get("Action", statement.get("NotAction")))]


def _slip(action: str) -> str | None:
    """The action that a name which does not exist is near to."""
    service, _, name = action.partition(":")
    names = _KNOWN.get(service, "").split()
    pattern = re.compile(re.escape(name).replace(r"\*", ".*").replace(r"\?", "."), re.IGNORECASE)
    if not names or any(pattern.fullmatch(each) for each in names):
        return None
    close = difflib.get_close_matches(name.rstrip("*"), names, n=1, cutoff=0.85)
    return f"{service}:{close[0]}" if close else None
