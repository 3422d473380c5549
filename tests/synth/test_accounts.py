"""Across accounts nothing but plain ARNs; in one account, no two things of one name."""

import json
from pathlib import Path

import pytest

from tests.synth.conftest import Templates
from tests.synth.template import Template, strings

NAMES = (
    "AlarmName",
    "BucketName",
    "FunctionName",
    "LogGroupName",
    "Name",
    "PolicyName",
    "QueueName",
    "RegistryName",
    "RoleName",
    "TableName",
    "TopicName",
)
"""Properties that name a resource for its account and region."""

NAMED_WITHIN_SOMETHING = ("AWS::IAM::Policy", "AWS::ApiGatewayV2::Stage", "AWS::ApiGatewayV2::Api")


def names(stack: Template) -> list[tuple[str, str]]:
    """Each resource with a name of its own, as its type and name."""
    return [
        (resource["Type"], resource["Properties"][name])
        for resource in stack.body["Resources"].values()
        if resource["Type"] not in NAMED_WITHIN_SOMETHING
        for name in NAMES
        if isinstance(resource.get("Properties", {}).get(name), str)
    ]


def test_every_domain_in_one_account_has_names_of_its_own(one_account: Templates) -> None:
    found = [name for stack in one_account.values() for name in names(stack)]
    assert len(found) > 30
    assert sorted(set(found)) == sorted(found)


def test_every_domain_in_one_account_is_that_account_throughout(one_account: Templates) -> None:
    for stack in one_account.values():
        text = json.dumps(stack.body)
        assert "111111111111" not in text
        assert "222222222222" not in text
        assert "arn:aws:iam::333333333333:root" in text


def test_one_account_changes_nothing_but_account_ids(
    templates: Templates, one_account: Templates
) -> None:
    for domain, stack in templates.items():
        moved = json.dumps(stack.body)
        for account in ("111111111111", "222222222222"):
            moved = moved.replace(account, "333333333333")
        assert json.loads(moved) == one_account[domain].body


def test_a_stack_imports_nothing_from_another_and_exports_nothing(stack: Template) -> None:
    assert "Fn::ImportValue" not in set(strings(stack.body))
    for output in stack.body["Outputs"].values():
        assert "Export" not in output


@pytest.mark.parametrize(
    ("domain", "other"), [("orders", "222222222222"), ("invoicing", "111111111111")]
)
def test_another_account_is_named_in_plain_arns_only(
    templates: Templates, domain: str, other: str
) -> None:
    named = [text for text in strings(templates[domain].body) if other in text]
    consumer = "invoicing" if domain == "orders" else "orders"
    assert sorted(set(named)) == [
        f"arn:aws:events:eu-west-1:{other}:event-bus/{consumer}",
        f"arn:aws:iam::{other}:root",
    ]


def test_stacks_wait_for_no_other_stack(assembly: Path) -> None:
    manifest = json.loads((assembly / "manifest.json").read_text())
    stacks = {
        id: artifact
        for id, artifact in manifest["artifacts"].items()
        if artifact["type"] == "aws:cloudformation:stack"
    }
    assert len(stacks) == 2
    for artifact in stacks.values():
        assert not stacks.keys() & set(artifact.get("dependencies", []))


def test_a_stack_is_protected_from_termination_everywhere_but_in_development(
    assembly: Path, production_assembly: Path
) -> None:
    for outdir, protected in ((assembly, False), (production_assembly, True)):
        manifest = json.loads((outdir / "manifest.json").read_text())
        stacks = [one for one in manifest["artifacts"].values() if "cloudformation" in one["type"]]
        assert len(stacks) == 2
        for stack in stacks:
            assert stack["properties"].get("terminationProtection", False) is protected


def test_an_environment_names_its_stacks_and_its_region(production_assembly: Path) -> None:
    manifest = json.loads((production_assembly / "manifest.json").read_text())
    stacks = {
        artifact["properties"]["stackName"]: artifact["environment"]
        for artifact in manifest["artifacts"].values()
        if "cloudformation" in artifact["type"]
    }
    assert stacks == {
        "crossbus-prod-orders": "aws://111111111111/us-east-1",
        "crossbus-prod-invoicing": "aws://222222222222/us-east-1",
    }
