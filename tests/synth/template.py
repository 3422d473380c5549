"""Reading a synthesized template: resources by type, who refers to whom, who may do what."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

Properties = dict[str, Any]
Statement = dict[str, Any]

POLICIES = {
    "AWS::SQS::QueuePolicy": "Queues",
    "AWS::SNS::TopicPolicy": "Topics",
    "AWS::S3::BucketPolicy": "Bucket",
    "AWS::Events::EventBusPolicy": "EventBusName",
}
"""Types of resource policies, and the property that says whose they are."""


class Template(NamedTuple):
    """The template of one domain's stack."""

    domain: str
    body: dict[str, Any]

    def of(self, type: str) -> dict[str, Properties]:
        """The properties of the resources of a type, by logical id."""
        return {
            id: resource.get("Properties", {})
            for id, resource in self.body["Resources"].items()
            if resource["Type"] == type
        }

    def source(self, arn: Any) -> str:
        """The logical id of what an ARN in a condition stands for; a rule is named in its text."""
        text = "".join(strings(arn))
        for id, rule in self.of("AWS::Events::Rule").items():
            if ":rule/" in text and text.endswith(f"/{rule['Name']}"):
                return id
        return target(arn)

    def statements(self, policy_type: str, owner: str) -> list[Statement]:
        """The statements of a resource's policies."""
        return [
            statement
            for policy in self.of(policy_type).values()
            if owner in owners(policy[POLICIES[policy_type]])
            for statement in listed(
                policy["PolicyDocument"]["Statement"]
                if "PolicyDocument" in policy
                else policy["Statement"]
            )
        ]

    def role_statements(self, role: str) -> list[Statement]:
        """The statements of a role's policies, attached and inline."""
        attached = [
            policy["PolicyDocument"]
            for policy in self.of("AWS::IAM::Policy").values()
            if role in owners(policy["Roles"])
        ]
        inline = self.of("AWS::IAM::Role")[role].get("Policies", [])
        documents = attached + [policy["PolicyDocument"] for policy in inline]
        return [one for document in documents for one in listed(document["Statement"])]

    def function_statements(self, function: str) -> list[Statement]:
        """The statements of the role of a function."""
        return self.role_statements(target(self.of("AWS::Lambda::Function")[function]["Role"]))


def listed(value: Any) -> list[Any]:
    """One or many, as many."""
    return value if isinstance(value, list) else [value]


def target(value: Any) -> str:
    """The logical id that a Ref or Fn::GetAtt refers to, or the text itself."""
    if isinstance(value, dict) and "Ref" in value:
        return str(value["Ref"])
    if isinstance(value, dict) and "Fn::GetAtt" in value:
        return str(value["Fn::GetAtt"][0])
    assert isinstance(value, str), value
    return value


def owners(value: Any) -> set[str]:
    """The logical ids of one or many references."""
    return {target(one) for one in listed(value)}


def strings(value: Any) -> Iterator[str]:
    """Every text in a value, keys as well."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)
    elif isinstance(value, str):
        yield value


def read(assembly: Path) -> dict[str, Template]:
    """The templates of a cloud assembly by domain."""
    found = {}
    for path in sorted(assembly.glob("*.template.json")):
        domain = path.name.partition(".")[0].lower()
        found[domain] = Template(domain, json.loads(path.read_text()))
    assert found, f"no templates in {assembly}"
    return found


def file_assets(assembly: Path, domain: str) -> dict[str, Path]:
    """The folders of a stack's file assets, without the template's own, by hash."""
    manifest = json.loads((assembly / f"{domain.capitalize()}.assets.json").read_text())
    return {
        hash: assembly / asset["source"]["path"]
        for hash, asset in manifest["files"].items()
        if asset["source"]["packaging"] == "zip"
    }
