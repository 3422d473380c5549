"""The policy of CloudFormation's role in an account: what its stacks' templates need, and no more.

Which actions a resource type needs is in the CloudFormation registry's schemas; which resources an
action can be limited to, in IAM's own list. Both come with cfn-lint. What they leave out, or name
without need, is below.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from deploy import registry
from deploy.errors import DeployError
from deploy.scopes import Scopes
from routes.access.evaluation import as_list
from routes.reading.assembly import Resource, Stack

Statement = dict[str, Any]

# Actions of another service, that a type needs only where one of these properties is set.
_ONLY_WITH: dict[str, tuple[str, ...]] = {
    "application-autoscaling": ("WriteProvisionedThroughputSettings",),
    "ec2": ("Subnet",),
    "elasticfilesystem": ("FileSystemConfigs",),
    "kinesis": ("KinesisStreamSpecification",),
    "kms": ("Kms", "KMS"),
    "logs": ("AccessLogSettings", "ImportSourceSpecification", "LogGroup"),
    "s3": ("S3Bucket", "S3Location"),
    "s3files": ("FileSystemConfigs",),
    "s3tables": ("MetadataTableConfiguration",),
    "firehose": ("DeliveryStream",),
}
# Parts of actions' names, that a type needs only where one of these is set, or a property has it. A
# service makes its own role where it has replicas, or interfaces in a network.
_PARTS_ONLY_WITH: dict[str, tuple[str, ...]] = {
    "GroupPolicy": ("Groups",),
    "UserPolicy": ("Users",),
    "PassCapacityProvider": ("CapacityProvider",),
    "application-signals:Link": ("AWS::ApplicationSignals",),
    "applicationinsights:Link": ("AWS::ApplicationInsights",),
    "cloudwatch:Link": ("AWS::CloudWatch",),
    "internetmonitor:Link": ("AWS::InternetMonitor",),
    "xray:Link": ("AWS::XRay",),
    "iam:CreateServiceLinkedRole": ("Replica", "Subnet"),
}
# What a type's schema names for filling, emptying or reading it: not CloudFormation's business.
_DATA = frozenset(
    {
        *(f"dynamodb:{name}Item" for name in ("BatchWrite", "Delete", "Get", "Put", "Update")),
        "dynamodb:ImportTable",
        "dynamodb:Query",
        "dynamodb:Scan",
        "s3:DeleteObject",
        "s3:GetObject",
        "s3:PutObjectAcl",
    }
)
# What CloudFormation needs although the schema of the type does not say so.
_BESIDES: dict[tuple[str, str], tuple[str, ...]] = {
    ("AWS::ApiGatewayV2::Stage", "AccessLogSettings"): (
        "logs:CreateLogDelivery",
        "logs:DeleteLogDelivery",
        "logs:DescribeLogGroups",
        "logs:DescribeResourcePolicies",
        "logs:GetLogDelivery",
        "logs:ListLogDeliveries",
        "logs:PutResourcePolicy",
        "logs:UpdateLogDelivery",
    ),
}
_NEEDS_NOTHING = frozenset({"AWS::CDK::Metadata", "AWS::CloudFormation::WaitConditionHandle"})
_ASSETS = frozenset({"s3:GetObject", "s3:GetObjectVersion"})
# Where a role is made or gets more rights, a boundary can be demanded.
_BOUNDED = frozenset(
    {
        "iam:AttachRolePolicy",
        "iam:CreateRole",
        "iam:PutRolePermissionsBoundary",
        "iam:PutRolePolicy",
    }
)
_POLICIES = frozenset({"AWS::IAM::ManagedPolicy", "AWS::IAM::Policy"})
_NEVER = frozenset({"iam:DeleteRolePermissionsBoundary"})


@dataclass
class Policy:
    """The statements, and for a person what could not be made narrower and why."""

    statements: list[Statement]
    notes: list[str] = field(default_factory=list)


def execution_policy(stacks: Sequence[Stack], qualifier: str) -> Policy:
    """The policy for the stacks of one account and region.

    Raises DeployError for a resource type that nobody knows.
    """
    scopes = Scopes(stacks)
    resources = [each for stack in stacks for each in stack.resources.values()]
    wanted: dict[str, set[str]] = defaultdict(set)
    for each in resources:
        for action in _needed(each):
            wanted[action].add(each.type)
    boundary = boundary_of(resources)
    managed = _managed_policies(resources)
    by_scope: dict[tuple[str, ...], set[str]] = defaultdict(set)
    conditional: list[Statement] = []
    for action in sorted(wanted.keys() - _NEVER - {"iam:PassRole"}):
        if action == "iam:AttachRolePolicy" and not managed:
            continue
        scope = (
            _assets(scopes, qualifier)
            if action in _ASSETS
            else scopes.of(action, needed_by=wanted[action])
        )
        if action in _BOUNDED and (boundary or action == "iam:AttachRolePolicy"):
            conditional.append(_bounded(action, scope, boundary, managed))
        else:
            by_scope[scope].add(action)
    statements = [_allow(actions, scope) for scope, actions in sorted(by_scope.items())]
    statements += conditional
    statements += _pass_roles(wanted, scopes, resources)
    statements += _bootstrap_version(stacks, scopes)
    return Policy(statements, list(_notes(resources, boundary)))


def boundary_of(resources: Iterable[Resource]) -> str | None:
    """The permissions boundary that all roles have, None where one has none or another."""
    roles = [each for each in resources if each.type == "AWS::IAM::Role"]
    found = {str(each.get("PermissionsBoundary")) for each in roles}
    return found.pop() if len(found) == 1 and found != {"None"} else None


def _needed(resource: Resource) -> Iterator[str]:
    kind = resource.type
    if kind in _NEEDS_NOTHING:
        return
    if kind.startswith("Custom::") or kind == "AWS::CloudFormation::CustomResource":
        yield "lambda:InvokeFunction"
        return
    found = registry.permissions(kind)
    if not found:
        raise DeployError(
            f"resource type {kind} ({resource.address}): AWS does not say what CloudFormation "
            "needs for it; add its actions to _BESIDES of deploy/execution_policy.py"
        )
    own = {action.split(":")[0] for action in found if _creates(action, kind)}
    properties = json.dumps(resource.definition.get("Properties", {}))
    for action in found:
        service = action.split(":")[0]
        foreign = service not in own
        if not registry.is_action(action) or action in _DATA - (_ASSETS if foreign else set()):
            continue
        needs = [words for part, words in _PARTS_ONLY_WITH.items() if part in action]
        needs += [_ONLY_WITH[service]] if foreign and service in _ONLY_WITH else []
        if all(any(word in properties for word in words) for words in needs):
            yield action
    for (of_type, name), more in _BESIDES.items():
        if of_type == kind and name in properties:
            yield from more


def _creates(action: str, kind: str) -> bool:
    """Whether an action is of the service that the type belongs to."""
    service = kind.split("::")[1].lower()
    alias = {"eventschemas": "schemas", "apigatewayv2": "apigateway", "stepfunctions": "states"}
    alias["kinesisfirehose"] = "firehose"
    return action.split(":")[0] == alias.get(service, service)


def boundary_policy(resources: Iterable[Resource]) -> list[Statement]:
    """The most that a role of the stacks may do: what the policies of the templates grant.

    It names actions, not resources: those stand in each role's own policies.
    """
    actions: set[str] = set()
    for each in resources:
        documents = [each.get("PolicyDocument")] if each.type in _POLICIES else []
        if each.type == "AWS::IAM::Role":
            documents = [policy.get("PolicyDocument") for policy in each.get("Policies") or ()]
        for document in documents:
            for statement in as_list((document or {}).get("Statement") or []):
                if statement.get("Effect") == "Allow":
                    actions.update(str(action) for action in as_list(statement.get("Action")))
    return [_allow(actions, ["*"])] if actions else []


def _managed_policies(resources: Iterable[Resource]) -> list[str]:
    return sorted(
        {
            str(arn)
            for each in resources
            if each.type == "AWS::IAM::Role"
            for arn in each.get("ManagedPolicyArns") or ()
        }
    )


def _allow(actions: Iterable[str], scope: Sequence[str], **more: Any) -> Statement:
    return {"Effect": "Allow", "Action": sorted(actions), "Resource": list(scope), **more}


def _bounded(
    action: str, scope: Sequence[str], boundary: str | None, managed: list[str]
) -> Statement:
    condition: dict[str, Any] = {}
    if boundary:
        condition["StringEquals"] = {"iam:PermissionsBoundary": boundary}
    if action == "iam:AttachRolePolicy":
        condition["ArnEquals"] = {"iam:PolicyARN": managed}
    return _allow([action], scope, Condition=condition)


def _pass_roles(
    wanted: Collection[str], scopes: Scopes, resources: Iterable[Resource]
) -> Iterator[Statement]:
    """Roles of the stacks, each only to a service that one of them trusts."""
    services: set[str] = set()
    for each in resources:
        if each.type == "AWS::IAM::Role":
            for statement in as_list(each.get("AssumeRolePolicyDocument", "Statement")):
                principal = statement.get("Principal")
                named = principal.get("Service") if isinstance(principal, dict) else None
                services.update(str(service) for service in as_list(named or []))
    if "iam:PassRole" in wanted and services:
        condition = {"StringEquals": {"iam:PassedToService": sorted(services)}}
        yield _allow(["iam:PassRole"], scopes.roles(), Condition=condition)


def _assets(scopes: Scopes, qualifier: str) -> tuple[str, ...]:
    return (
        scopes.arn(f"arn:${{Partition}}:s3:::cdk-{qualifier}-assets-${{Account}}-${{Region}}/*"),
    )


def _bootstrap_version(stacks: Sequence[Stack], scopes: Scopes) -> Iterator[Statement]:
    """CloudFormation reads parameters of the parameter store in the name of its role."""
    names = {
        str(parameter.get("Default", "*")).lstrip("/")
        for stack in stacks
        for parameter in stack.template.get("Parameters", {}).values()
        if str(parameter.get("Type", "")).startswith("AWS::SSM::Parameter::")
    }
    if names:
        head = "arn:${Partition}:ssm:${Region}:${Account}:parameter/"
        yield _allow(["ssm:GetParameters"], [scopes.arn(head + name) for name in sorted(names)])


def _notes(resources: Sequence[Resource], boundary: str | None) -> Iterator[str]:
    if boundary is None and any(each.type == "AWS::IAM::Role" for each in resources):
        yield (
            "the roles of the templates have no permissions boundary in common: CloudFormation's "
            "role can give a role that it makes any right; set `@aws-cdk/core:permissionsBoundary` "
            "in the context of cdk.json"
        )
