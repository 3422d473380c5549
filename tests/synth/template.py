"""Reading a synthesized template: resources by type, who refers to whom, who may do what."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tests.conftest import ROOT

Properties = dict[str, Any]
Statement = dict[str, Any]

POLICIES = {
    "AWS::SQS::QueuePolicy": "Queues",
    "AWS::SNS::TopicPolicy": "Topics",
    "AWS::S3::BucketPolicy": "Bucket",
    "AWS::Events::EventBusPolicy": "EventBusName",
}
"""Types of resource policies, and the property that says whose they are."""

MONITORING = "Monitoring.template.json"
"""The template of the stack that is no domain's."""


class Template(NamedTuple):
    """The template of one domain's stack, and where the stack goes.

    `assets` are the folders of its file assets, by the key that resources name them by; `sources`
    is the root of the app that it was made from.
    """

    domain: str
    body: dict[str, Any]
    account: str
    region: str
    stack_name: str
    path: Path
    assets: dict[str, Path]
    sources: Path

    @property
    def said(self) -> dict[str, Any]:
        """What the template says of its domain."""
        said: dict[str, Any] = self.body["Metadata"]["crossbus"]
        return said

    @property
    def package(self) -> str:
        """The domain's Python package."""
        return self.domain.replace("-", "_")

    def events(self, kind: str) -> set[tuple[str, str]]:
        """Source and detail-type of the events that the domain `publishes` or `subscribes` to."""
        return {(event["source"], event["detail-type"]) for event in self.said[kind]}

    def of(self, type: str) -> dict[str, Properties]:
        """The properties of the resources of a type, by logical id."""
        return {
            id: resource.get("Properties", {})
            for id, resource in self.body["Resources"].items()
            if resource["Type"] == type
        }

    def code(self, function: str) -> Path:
        """The folder that a function's code is made of."""
        return self.assets[self.of("AWS::Lambda::Function")[function]["Code"]["S3Key"]]

    def source(self, arn: Any) -> str:
        """The logical id of what an ARN in a condition stands for; a rule is named in its text."""
        text = self._text(arn)
        for id, rule in self.of("AWS::Events::Rule").items():
            # The ARN of a rule of the default bus does not name it.
            bus = self._text(rule["EventBusName"])
            on_bus = "" if bus == "default" else f"{bus}/"
            prefix = f"arn:aws:events:{self.region}:{self.account}:rule/"
            if text == f"{prefix}{on_bus}{rule['Name']}":
                return id
        return target(arn)

    def _text(self, arn: Any) -> str:
        """A text that may be joined of parts, of which one is the name of the bus."""
        if isinstance(arn, dict) and "Fn::Join" in arn:
            return "".join(self._text(part) for part in arn["Fn::Join"][1])
        buses = self.of("AWS::Events::EventBus")
        is_bus = isinstance(arn, dict) and target(arn) in buses
        return str(buses[target(arn)]["Name"]) if is_bus else str(arn)

    @property
    def bus(self) -> str:
        """The logical id of the domain's own bus."""
        (own,) = [
            id
            for id, bus in self.of("AWS::Events::EventBus").items()
            if bus["Name"] == self.said["bus"]
        ]
        return own

    def invoked(self, name: Any) -> str:
        """The logical id of the function whose alias `live` something invokes, by that name.

        A mapping names the alias `<function>:live`, where `<function>` is cut from its ARN.
        """
        (alias,) = references(name)
        assert alias in self.of("AWS::Lambda::Alias"), f"{name} is no alias"
        one = self.of("AWS::Lambda::Alias")[alias]
        assert one["Name"] == "live"
        if "Fn::Join" in name:
            assert name["Fn::Join"][1][1:] == [":live"]
        return target(one["FunctionName"])

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


def references(value: Any) -> set[str]:
    """The logical ids that stand anywhere in a value."""
    if isinstance(value, dict):
        if value.keys() <= {"Ref", "Fn::GetAtt"}:
            return {target(value)}
        return {id for inner in value.values() for id in references(inner)}
    if isinstance(value, list):
        return {id for inner in value for id in references(inner)}
    return set()


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


def stacks_of(assembly: Path) -> dict[str, dict[str, Any]]:
    """The stacks of a cloud assembly, as its manifest has them, by their ids there."""
    artifacts = json.loads((assembly / "manifest.json").read_text())["artifacts"]
    return {id: one for id, one in artifacts.items() if one["type"] == "aws:cloudformation:stack"}


def read(assembly: Path, sources: Path = ROOT) -> dict[str, Template]:
    """The templates of a cloud assembly by domain, as their metadata names it.

    The one stack that watches them is left out.
    """
    found = {}
    for artifact in stacks_of(assembly).values():
        path = assembly / artifact["properties"]["templateFile"]
        body = json.loads(path.read_text())
        if path.name == MONITORING:
            continue
        assert "crossbus" in body.get("Metadata", {}), f"{path.name} names no domain"
        domain = body["Metadata"]["crossbus"]["domain"]
        account, region = artifact["environment"].removeprefix("aws://").split("/")
        name = artifact["properties"]["stackName"]
        assets = _file_assets(assembly, artifact)
        found[domain] = Template(domain, body, account, region, name, path, assets, sources)
    assert found, f"no stacks in {assembly}"
    return found


def _file_assets(assembly: Path, artifact: dict[str, Any]) -> dict[str, Path]:
    """The folders of a stack's assets, without its template, by the key that they are stored at."""
    artifacts = json.loads((assembly / "manifest.json").read_text())["artifacts"]
    manifests = [
        json.loads((assembly / artifacts[needed]["properties"]["file"]).read_text())
        for needed in artifact["dependencies"]
        if artifacts[needed]["type"] == "cdk:asset-manifest"
    ]
    return {
        destination["objectKey"]: assembly / file["source"]["path"]
        for manifest in manifests
        for file in manifest["files"].values()
        if file["source"]["packaging"] == "zip"
        for destination in file["destinations"].values()
    }
