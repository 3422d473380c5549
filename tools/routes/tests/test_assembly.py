"""A cloud assembly is read as CloudFormation would resolve it."""

import json
from pathlib import Path
from typing import Any

import pytest

from routes.reading.assembly import Assembly, AssemblyError, load
from routes.tests import sample
from routes.tests.sample import resource


def written(folder: Path, template: dict[str, Any], **more: dict[str, Any]) -> Assembly:
    return load(sample.write_assembly(folder, {"Shop": template, **more}))


def resolved(folder: Path, value: Any, **template: Any) -> Any:
    """What a property of a queue resolves to, in a stack with more of a template."""
    queue = resource("SQS::Queue", QueueName="items", Tested=value)
    resources = {"Queue": queue, **template.pop("Resources", {})}
    assembly = written(folder, {"Resources": resources, **template})
    return assembly.stacks[0].resources["Queue"].get("Tested")


ARN = "arn:aws:sqs:eu-west-1:100000000001:items"
URL = "https://sqs.eu-west-1.amazonaws.com/100000000001/items"
MAPPINGS = {"M": {"eu-west-1": {"size": "small"}}}
PARAMETERS = {
    "Given": {"Type": "String"},
    "Known": {"Type": "String", "Default": "dev"},
    "Stored": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/path"},
}
CONDITIONS = {
    "IsDev": {"Fn::Equals": [{"Ref": "Known"}, "dev"]},
    "IsProd": {"Fn::Not": [{"Condition": "IsDev"}]},
    "IsGiven": {"Fn::Equals": [{"Ref": "Given"}, "x"]},
    "Either": {"Fn::Or": [{"Condition": "IsGiven"}, {"Condition": "IsDev"}]},
    "Both": {"Fn::And": [{"Condition": "IsGiven"}, {"Condition": "IsProd"}]},
}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Ref": "Queue"}, URL),
        ({"Fn::GetAtt": ["Queue", "Arn"]}, ARN),
        ({"Fn::GetAtt": "Queue.Arn"}, ARN),
        ({"Fn::Sub": "${Queue.Arn}/${AWS::Region}/${!Literal}"}, f"{ARN}/eu-west-1/${{Literal}}"),
        ({"Fn::Sub": ["${a}-${Known}", {"a": {"Ref": "AWS::AccountId"}}]}, "100000000001-dev"),
        ({"Fn::Join": [":", ["a", {"Ref": "Known"}]]}, "a:dev"),
        ({"Fn::Select": [5, {"Fn::Split": [":", {"Fn::GetAtt": ["Queue", "Arn"]}]}]}, "items"),
        ({"Fn::FindInMap": ["M", {"Ref": "AWS::Region"}, "size"]}, "small"),
        ({"Fn::If": ["IsDev", "yes", "no"]}, "yes"),
        ({"Fn::If": ["IsProd", "yes", "no"]}, "no"),
        ({"Fn::If": ["Either", "yes", "no"]}, "yes"),
        ({"Fn::If": ["Both", "yes", "no"]}, "no"),
        ({"Fn::If": ["IsProd", "yes", {"Ref": "AWS::NoValue"}]}, None),
        ({"Fn::If": ["IsGiven", "yes", "no"]}, "⟨Condition.IsGiven⟩"),
        ({"Ref": "Given"}, "⟨Parameter.Given⟩"),
        ({"Ref": "Stored"}, "⟨Parameter.Stored⟩"),
        ({"Fn::ImportValue": "elsewhere"}, "⟨Import.elsewhere⟩"),
        ({"Fn::GetAtt": ["Thing", "Odd"]}, "⟨Shop.Thing.Odd⟩"),
        ({"Fn::Transform": {"Name": "x"}}, "⟨Fn.Transform⟩"),
        ({"Fn::Base64": "x"}, "eA=="),
    ],
)
def test_a_function_resolves(tmp_path: Path, value: Any, expected: Any) -> None:
    things = {"Thing": {"Type": "Custom::Thing", "Properties": {}}}
    found = resolved(
        tmp_path / "out",
        value,
        Resources=things,
        Mappings=MAPPINGS,
        Parameters=PARAMETERS,
        Conditions=CONDITIONS,
    )
    assert found == expected


def test_an_export_of_another_stack_is_imported(tmp_path: Path) -> None:
    other = {
        "Resources": {"Topic": resource("SNS::Topic", TopicName="placed")},
        "Outputs": {"T": {"Value": {"Ref": "Topic"}, "Export": {"Name": "topic"}}},
    }
    queue = resource("SQS::Queue", Tested={"Fn::ImportValue": "topic"})
    assembly = written(tmp_path, {"Resources": {"Queue": queue}}, Other=other)
    (shop_stack,) = [stack for stack in assembly.stacks if stack.name == "Shop"]
    found = shop_stack.resources["Queue"].get("Tested")
    assert found == "arn:aws:sns:eu-west-1:100000000001:placed"


def test_a_resource_whose_condition_is_false_is_not_there(tmp_path: Path) -> None:
    template = {
        "Conditions": {"No": {"Fn::Equals": ["a", "b"]}},
        "Resources": {"Queue": {**resource("SQS::Queue"), "Condition": "No"}},
    }
    assert written(tmp_path, template).stacks[0].resources == {}


def test_account_and_region_that_the_app_leaves_open_are_tokens(tmp_path: Path) -> None:
    template = {"Resources": {"Queue": resource("SQS::Queue", QueueName="items")}}
    folder = sample.write_assembly(tmp_path, {"Shop": template})
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["artifacts"]["Shop"]["environment"] = "aws://unknown-account/unknown-region"
    (folder / "manifest.json").write_text(json.dumps(manifest))
    arn = load(folder).stacks[0].resources["Queue"].arn
    assert arn == "arn:aws:sqs:⟨AWS.Region⟩:⟨AWS.AccountId⟩:items"


def test_a_nested_stack_gets_its_parents_values_and_gives_its_outputs(tmp_path: Path) -> None:
    nested = {
        "Parameters": {"Name": {"Type": "String"}},
        "Resources": {"Queue": resource("SQS::Queue", QueueName={"Ref": "Name"})},
        "Outputs": {"Arn": {"Value": {"Fn::GetAtt": ["Queue", "Arn"]}}},
    }
    parent = {
        "Nested": {
            **resource("CloudFormation::Stack", Parameters={"Name": "inner"}),
            "Metadata": {"aws:asset:path": "nested.json"},
        },
        "Queue": resource("SQS::Queue", Tested={"Fn::GetAtt": ["Nested", "Outputs.Arn"]}),
    }
    (tmp_path / "nested.json").write_text(json.dumps(nested))
    assembly = written(tmp_path, {"Resources": parent})
    found = assembly.stacks[0].resources["Queue"].get("Tested")
    assert found == "arn:aws:sqs:eu-west-1:100000000001:inner"


def test_the_stacks_of_a_stage_are_read(tmp_path: Path) -> None:
    sample.write_assembly(tmp_path / "assembly-Prod", {"Shop": {"Resources": {}}})
    stage = {
        "type": "cdk:cloud-assembly",
        "properties": {"directoryName": "assembly-Prod"},
    }
    (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": {"Prod": stage}}))
    assert [stack.name for stack in load(tmp_path).stacks] == ["Shop"]


def test_a_folder_that_is_no_assembly_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AssemblyError, match=r"manifest\.json is missing"):
        load(tmp_path)


def test_a_template_that_is_no_json_is_refused(tmp_path: Path) -> None:
    sample.write_assembly(tmp_path, {"Shop": {"Resources": {}}})
    (tmp_path / "Shop.template.json").write_text("{")
    with pytest.raises(AssemblyError, match=r"Shop\.template\.json is not JSON"):
        load(tmp_path)


@pytest.mark.parametrize("bus", ["desk", "aws.partner/example.com/desk"])
def test_a_rule_has_its_whole_bus_in_its_arn(tmp_path: Path, bus: str) -> None:
    for given in (bus, f"arn:aws:events:eu-west-1:100000000001:event-bus/{bus}"):
        properties = {"Name": "lent", "EventBusName": given, "EventPattern": {"source": ["desk"]}}
        rule = {"Type": "AWS::Events::Rule", "Properties": properties}
        (stack,) = written(tmp_path, {"Resources": {"Rule": rule}}).stacks
        expected = f"arn:aws:events:eu-west-1:100000000001:rule/{bus}/lent"
        assert stack.resources["Rule"].arn == expected


def test_a_role_has_its_path_in_its_arn(tmp_path: Path) -> None:
    role = resource("IAM::Role", RoleName="sender", Path="/service/")
    stack = written(tmp_path, {"Resources": {"Role": role}}).stacks[0]
    assert stack.resources["Role"].arn == "arn:aws:iam::100000000001:role/service/sender"


@pytest.mark.parametrize(
    ("manifest", "told"),
    [
        ({"artifacts": [1]}, r"artifacts must be a JSON object, it is \[1\]"),
        ({"artifacts": {"Shop": None}}, r"artifacts\.Shop must be a JSON object"),
        (
            {"artifacts": {"Shop": {"type": "aws:cloudformation:stack"}}},
            r"artifacts\.Shop\.properties\.templateFile must be a text",
        ),
    ],
    ids=["a list", "a null", "no template"],
)
def test_a_manifest_of_another_shape_is_refused(
    tmp_path: Path, manifest: dict[str, Any], told: str
) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(AssemblyError, match=told):
        load(tmp_path)


@pytest.mark.parametrize("resources", [[], {"Queue": None}], ids=str)
def test_a_template_of_another_shape_is_refused(tmp_path: Path, resources: Any) -> None:
    with pytest.raises(AssemblyError, match=r"Shop\.template\.json: Resources"):
        written(tmp_path, {"Resources": resources})


def test_a_name_or_an_export_that_is_made_of_itself_is_no_endless_way(tmp_path: Path) -> None:
    template = {
        "Resources": {"Queue": resource("SQS::Queue", QueueName={"Ref": "Queue"})},
        "Outputs": {"Own": {"Value": {"Fn::ImportValue": "own"}, "Export": {"Name": "own"}}},
    }
    stack = written(tmp_path, template).stacks[0]
    assert "⟨" not in stack.resources["Queue"].arn
    assert stack.scope.resolve({"Fn::ImportValue": "own"}) == "⟨Import.own⟩"


def test_a_resource_of_an_included_template_is_called_by_its_logical_id(tmp_path: Path) -> None:
    queue = {**resource("SQS::Queue"), "Metadata": {"aws:cdk:path": "Shop/Included/Queue"}}
    inner = {**resource("SQS::Queue"), "Metadata": {"aws:cdk:path": "Shop/Outbox/Queue"}}
    stack = written(tmp_path, {"Resources": {"Queue": queue, "OutboxQueue12": inner}}).stacks[0]
    assert [each.path for each in stack.resources.values()] == ["Included/Queue", "Outbox"]
