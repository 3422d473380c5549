"""Collects what each role of an assembly may do, and what acts in it."""

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from routes.access.evaluation import statements_of
from routes.reading.assembly import Assembly, Resource
from routes.reading.shapes import Malformed, objects, statements, texts

Statements = list[dict[str, Any]]

# The AWS-managed policies of functions, as far as they bear on deliveries.
_LAMBDA_READS = {
    "AWSLambdaSQSQueueExecutionRole": [
        "sqs:ReceiveMessage",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
    ],
    "AWSLambdaDynamoDBExecutionRole": [
        "dynamodb:DescribeStream",
        "dynamodb:GetRecords",
        "dynamodb:GetShardIterator",
        "dynamodb:ListStreams",
    ],
    "AWSLambdaKinesisExecutionRole": ["kinesis:*"],
    "AWSLambdaBasicExecutionRole": [],
    "AWSLambdaVPCAccessExecutionRole": [],
    "AWSXRayDaemonWriteAccess": [],
    "CloudWatchLambdaInsightsExecutionRolePolicy": [],
}


class Roles:
    """Every role of an assembly, by its ARN, with the statements attached to it."""

    def __init__(self, assembly: Assembly, malformed: list[tuple[Resource, Malformed]]) -> None:
        self._assembly = assembly
        self._roles: dict[str, Resource] = {}
        self._names: dict[tuple[str, str], str] = {}
        self._granted: dict[str, Statements] = defaultdict(list)
        self._opaque: dict[str, list[str]] = defaultdict(list)
        for kinds, add in (
            (("AWS::IAM::Role",), self._add_role),
            (("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"), self._add_policy),
        ):
            for resource in assembly.resources(*kinds):
                try:
                    add(resource)
                except Malformed as problem:
                    malformed.append((resource, problem))

    def __iter__(self) -> Iterator[str]:
        """Yields the ARN of every role of the assembly."""
        return iter(self._roles)

    def get(self, arn: str | None) -> Resource | None:
        """Returns the role with an ARN, None if it is not in the assembly."""
        return self._roles.get(arn or "")

    def granted(self, role: str) -> Statements:
        """Returns the statements of every policy attached to a role."""
        return self._granted[role]

    def opaque(self, role: str) -> list[str]:
        """Returns a role's managed policies whose statements the templates do not hold."""
        return self._opaque[role]

    def trust(self, role: Resource) -> Statements:
        """Returns the statements that say who may assume a role."""
        return statements_of(role.get("AssumeRolePolicyDocument"))

    def users(self, role: str) -> list[Resource]:
        """Returns the resources that act in a role: those whose properties name it."""
        return self._users[role]

    @cached_property
    def _users(self) -> dict[str, list[Resource]]:
        found: dict[str, list[Resource]] = defaultdict(list)
        for resource in self._assembly.resources():
            if not resource.type.startswith("AWS::IAM::"):
                for arn in _texts_in(resource.properties) & self._roles.keys():
                    found[arn].append(resource)
        return found

    def _add_policy(self, policy: Resource) -> None:
        document = statements("PolicyDocument", policy.get("PolicyDocument"))
        for name in texts("Roles", policy.get("Roles")):
            self._granted[self._role_arn(policy, name)].extend(document)

    def _add_role(self, role: Resource) -> None:
        statements("AssumeRolePolicyDocument", role.get("AssumeRolePolicyDocument"))
        self._roles[role.arn] = role
        self._names[role.stack.account, role.name] = role.arn
        for policy in objects("Policies", role.get("Policies")):
            found = statements("PolicyDocument", policy.get("PolicyDocument"))
            self._granted[role.arn].extend(found)
        for managed in texts("ManagedPolicyArns", role.get("ManagedPolicyArns")):
            name = str(managed).rsplit("/", 1)[-1]
            resource = self._managed(role, managed)
            if resource is not None:
                self._granted[role.arn].extend(statements_of(resource.get("PolicyDocument")))
            elif name in _LAMBDA_READS:
                actions = _LAMBDA_READS[name]
                if actions:
                    self._granted[role.arn].append(
                        {"Effect": "Allow", "Action": actions, "Resource": "*"}
                    )
            else:
                self._opaque[role.arn].append(str(managed))

    @staticmethod
    def _managed(role: Resource, arn: Any) -> Resource | None:
        for resource in role.stack.resources.values():
            if resource.type == "AWS::IAM::ManagedPolicy" and resource.arn == arn:
                return resource
        return None

    def _role_arn(self, policy: Resource, name: str) -> str:
        """The ARN of a role by its name, which leaves out the role's path."""
        stack = policy.stack
        unpathed = f"arn:{stack.partition}:iam::{stack.account}:role/{name}"
        return self._names.get((stack.account, name), unpathed)


def _texts_in(value: Any) -> set[str]:
    if isinstance(value, str):
        return {value}
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return set().union(*map(_texts_in, items))
