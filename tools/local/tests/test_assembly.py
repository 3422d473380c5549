"""A cloud assembly is read in the order in which its stacks deploy, without what is left out."""

import json
from pathlib import Path
from typing import Any

import pytest

from local.assembly import organization, read, without_left_out
from local.errors import LocalRunError

FUNCTION = {
    "Type": "AWS::Lambda::Function",
    "Properties": {"Layers": [{"Ref": "Own"}, {"Ref": "Bought"}]},
}
LAYERS = {
    "Own": {"Type": "AWS::Lambda::LayerVersion"},
    "Bought": {
        "Type": "AWS::Lambda::LayerVersion",
        "Metadata": {"crossbus:local": "left out"},
        "Properties": {"Content": {"S3Key": "bought.zip"}},
    },
}


def write(folder: Path, **stacks: dict[str, Any]) -> Path:
    """An assembly of stacks: the environment, what each depends on, and its template."""
    artifacts: dict[str, Any] = {}
    for name, stack in stacks.items():
        artifacts[name] = {
            "type": "aws:cloudformation:stack",
            "environment": stack.get("environment", "aws://111111111111/eu-west-1"),
            "dependencies": stack.get("after", []),
            "properties": {
                "templateFile": f"{name}.json",
                "stackName": f"crossbus-dev-{name}",
                "stackTemplateAssetObjectUrl": "s3://assets/template.json",
            },
        }
        (folder / f"{name}.json").write_text(
            json.dumps({"Resources": stack.get("resources", LAYERS)})
        )
    (folder / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))
    return folder


def test_a_stack_comes_after_those_it_depends_on(tmp_path: Path) -> None:
    folder = write(tmp_path, invoicing={"after": ["orders"]}, orders={"after": ["zone"]}, zone={})
    assert [stack.domain for stack in read(folder)] == ["zone", "orders", "invoicing"]


def test_a_stack_without_an_account_is_refused(tmp_path: Path) -> None:
    folder = write(tmp_path, orders={"environment": "aws://unknown-account/eu-west-1"})
    with pytest.raises(LocalRunError, match=r"orders: environment is .*unknown-account"):
        read(folder)


@pytest.mark.parametrize("file", ["manifest.json", "orders.json"])
def test_a_file_that_is_not_json_is_named(tmp_path: Path, file: str) -> None:
    write(tmp_path, orders={})
    (tmp_path / file).write_text("Resources:", encoding="utf-8")
    with pytest.raises(LocalRunError, match=rf"{file} cannot be read as JSON: .*make synth"):
        read(tmp_path)


def test_a_template_that_is_not_there_is_named(tmp_path: Path) -> None:
    write(tmp_path, orders={})
    (tmp_path / "orders.json").unlink()
    with pytest.raises(LocalRunError, match=r"orders.json cannot be read"):
        read(tmp_path)


def test_a_template_that_cannot_deploy_is_refused_with_the_stacks_name(tmp_path: Path) -> None:
    folder = write(tmp_path, orders={"resources": {}})
    with pytest.raises(LocalRunError, match=r"stack crossbus-dev-orders: .*one Resources member"):
        read(folder)


def test_a_resource_left_out_is_gone_from_the_template_and_from_lists_that_name_it() -> None:
    template, left_out = without_left_out(
        {
            "Resources": {**LAYERS, "Function": FUNCTION},
            "Outputs": {"Arn": {"Value": {"Ref": "Bought"}}},
        }
    )
    assert left_out == {"Bought"}
    assert set(template["Resources"]) == {"Own", "Function"}
    assert template["Resources"]["Function"]["Properties"]["Layers"] == [{"Ref": "Own"}]
    assert template["Outputs"] == {}


def test_a_resource_left_out_that_something_needs_is_refused() -> None:
    needs = {"Type": "AWS::SSM::Parameter", "Properties": {"Value": {"Ref": "Bought"}}}
    with pytest.raises(LocalRunError, match=r"Needs.*Value refers to a resource that is left out"):
        without_left_out({"Resources": {**LAYERS, "Needs": needs}})


def test_the_organization_is_the_one_the_policies_name(tmp_path: Path) -> None:
    condition = {"StringEquals": {"aws:PrincipalOrgID": "o-example"}}
    policy = {"Type": "P", "Properties": {"Statement": [{"Condition": condition}]}}
    folder = write(tmp_path, orders={"resources": {"Policy": policy}}, invoicing={})
    assert organization(read(folder)) == "o-example"
