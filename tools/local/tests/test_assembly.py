"""A cloud assembly is read in the order in which its stacks deploy, without what is left out."""

import json
from pathlib import Path
from typing import Any

import pytest

from local.assembly import DEFAULT_ACCOUNT, DEFAULT_REGION, organization, read
from local.errors import LocalRunError
from local.left_out import without_left_out

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


def files(stack: dict[str, Any]) -> dict[str, Any]:
    """What an asset manifest lists: the files of a stack, by the keys they are uploaded under."""
    return {
        path: {
            "source": {"path": path},
            "destinations": {"here": {"bucketName": "assets", "objectKey": key}},
        }
        for path, key in stack.get("assets", {}).items()
    }


def write(folder: Path, **stacks: dict[str, Any]) -> Path:
    """An assembly of stacks: the environment, what each depends on, and its template."""
    artifacts: dict[str, Any] = {}
    for name, stack in stacks.items():
        artifacts[name] = {
            "type": "aws:cloudformation:stack",
            "environment": stack.get("environment", "aws://100000000001/eu-west-1"),
            "dependencies": [*stack.get("after", []), f"{name}.assets"],
            "properties": {
                "templateFile": f"{name}.json",
                "stackName": f"test-{name}",
                "stackTemplateAssetObjectUrl": (
                    "s3://assets-${AWS::AccountId}-${AWS::Region}/template.json"
                ),
            },
        }
        artifacts[f"{name}.assets"] = {
            "type": "cdk:asset-manifest",
            "properties": {"file": f"{name}.assets.json"},
        }
        (folder / f"{name}.assets.json").write_text(json.dumps({"files": files(stack)}))
        template = {"Metadata": stack.get("metadata", {})}
        template["Resources"] = stack.get("resources", LAYERS)
        (folder / f"{name}.json").write_text(json.dumps(template))
    (folder / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))
    return folder


def test_a_stack_comes_after_those_it_depends_on(tmp_path: Path) -> None:
    folder = write(tmp_path, beta={"after": ["alpha"]}, alpha={"after": ["zone"]}, zone={})
    assert [stack.name for stack in read(folder)] == ["test-zone", "test-alpha", "test-beta"]


@pytest.mark.parametrize(
    ("environment", "account", "region"),
    [
        ("aws://unknown-account/unknown-region", DEFAULT_ACCOUNT, DEFAULT_REGION),
        ("aws://unknown-account/eu-west-1", DEFAULT_ACCOUNT, "eu-west-1"),
        ("aws://100000000001/unknown-region", "100000000001", DEFAULT_REGION),
    ],
)
def test_a_stack_that_may_go_anywhere_goes_to_the_default_and_says_so(
    tmp_path: Path, environment: str, account: str, region: str
) -> None:
    [stack] = read(write(tmp_path, alpha={"environment": environment}))
    assert (stack.account, stack.region, stack.agnostic) == (account, region, True)


def test_a_stack_that_may_go_anywhere_goes_where_it_is_told(tmp_path: Path) -> None:
    folder = write(tmp_path, alpha={"environment": "aws://unknown-account/unknown-region"})
    [stack] = read(folder, "100000000009", "eu-north-1")
    assert (stack.account, stack.region) == ("100000000009", "eu-north-1")
    assert stack.bucket == "assets-100000000009-eu-north-1"


@pytest.mark.parametrize("environment", ["aws://123/eu-west-1", "aws://100000000001/", "nowhere"])
def test_an_environment_that_is_none_is_refused(tmp_path: Path, environment: str) -> None:
    folder = write(tmp_path, alpha={"environment": environment})
    with pytest.raises(LocalRunError, match=r"alpha: environment is .*expected an account of 12"):
        read(folder)


def test_a_stack_is_called_as_its_metadata_says_and_else_by_its_name(tmp_path: Path) -> None:
    folder = write(tmp_path, alpha={"metadata": {"crossbus": {"domain": "a-domain"}}}, beta={})
    assert [stack.label for stack in read(folder)] == ["a-domain", "test-beta"]


def test_stacks_that_call_themselves_the_same_are_told_apart(tmp_path: Path) -> None:
    same = {"metadata": {"crossbus": {"domain": "same"}}}
    folder = write(tmp_path, alpha=same, beta=same)
    assert [stack.label for stack in read(folder)] == [
        "test-alpha@100000000001/eu-west-1",
        "test-beta@100000000001/eu-west-1",
    ]


def test_the_stacks_of_a_stage_are_read_too(tmp_path: Path) -> None:
    stage = tmp_path / "assembly-Stage"
    stage.mkdir()
    write(stage, alpha={})
    manifest = {
        "artifacts": {
            "Stage": {
                "type": "cdk:cloud-assembly",
                "properties": {"directoryName": "assembly-Stage"},
            }
        }
    }
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    assert [stack.name for stack in read(tmp_path)] == ["test-alpha"]


def test_a_nested_template_is_kept_under_the_key_that_it_is_looked_for(tmp_path: Path) -> None:
    folder = write(tmp_path, alpha={"assets": {"In.nested.template.json": "inner.json"}})
    (folder / "In.nested.template.json").write_text(json.dumps({"Resources": LAYERS}))
    [stack] = read(folder)
    assert set(stack.nested["inner.json"]["Resources"]) == {"Own"}
    assert len(stack.templates) == 2


@pytest.mark.parametrize("file", ["manifest.json", "alpha.json"])
def test_a_file_that_is_not_json_is_named(tmp_path: Path, file: str) -> None:
    write(tmp_path, alpha={})
    (tmp_path / file).write_text("Resources:", encoding="utf-8")
    with pytest.raises(
        LocalRunError, match=rf"{file} cannot be read as JSON: .*synthesize the app"
    ):
        read(tmp_path)


def test_a_template_that_is_not_there_is_named(tmp_path: Path) -> None:
    write(tmp_path, alpha={})
    (tmp_path / "alpha.json").unlink()
    with pytest.raises(LocalRunError, match=r"alpha.json cannot be read"):
        read(tmp_path)


def test_a_template_that_cannot_deploy_is_refused_with_the_stacks_name(tmp_path: Path) -> None:
    folder = write(tmp_path, alpha={"resources": {}})
    with pytest.raises(LocalRunError, match=r"stack test-alpha: .*one Resources member"):
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
    folder = write(tmp_path, alpha={"resources": {"Policy": policy}}, beta={})
    assert organization(read(folder)) == "o-example"
