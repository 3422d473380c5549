"""A template that CloudFormation would refuse is refused before anything is deployed."""

from typing import Any

import pytest

from local.errors import LocalRunError
from local.template_check import refuse_broken

TOPIC = {"Type": "AWS::SNS::Topic"}


def with_value(value: object) -> dict[str, Any]:
    """A template with a parameter `Stage`, a resource `Topic`, and another with the value."""
    return {
        "Parameters": {"Stage": {"Type": "String"}},
        "Resources": {"Topic": TOPIC, "Other": {**TOPIC, "Properties": {"Nested": [value]}}},
    }


@pytest.mark.parametrize(
    "value",
    [
        {"Ref": "Nope"},
        {"Fn::GetAtt": ["Nope", "Arn"]},
        {"Fn::GetAtt": "Nope.Arn"},
        {"Fn::Sub": "${Nope}"},
        {"Fn::Sub": "${AWS::Region}:${Nope.Arn}"},
        {"Fn::Sub": ["${bound}", {"bound": {"Ref": "Nope"}}]},
        {"Fn::Join": ["", ["a", {"Ref": "Nope"}]]},
    ],
)
def test_a_reference_to_what_is_not_there_is_refused(value: object) -> None:
    expected = (
        r"stack alpha: Template format error: Unresolved resource dependencies \[Nope\] "
        r"in the Resources block of the template \(referred to by Other\)"
    )
    with pytest.raises(LocalRunError, match=expected):
        refuse_broken("alpha", with_value(value))


@pytest.mark.parametrize("depends_on", ["Nope", ["Topic", "Nope"]])
def test_a_dependency_on_what_is_not_there_is_refused(depends_on: object) -> None:
    resources = {"Topic": TOPIC, "Other": {**TOPIC, "DependsOn": depends_on}}
    with pytest.raises(LocalRunError, match=r"\[Nope\].*referred to by Other"):
        refuse_broken("alpha", {"Resources": resources})


@pytest.mark.parametrize(
    "value", [{"Fn::GetAtt": ["Stage", "Arn"]}, {"Fn::Sub": "${AWS::Region.Arn}"}]
)
def test_only_a_resource_has_attributes(value: object) -> None:
    with pytest.raises(LocalRunError, match="Unresolved resource dependencies"):
        refuse_broken("alpha", with_value(value))


def test_an_output_of_what_is_not_there_is_refused() -> None:
    template = {"Resources": {"Topic": TOPIC}, "Outputs": {"Arn": {"Value": {"Ref": "Nope"}}}}
    with pytest.raises(LocalRunError, match=r"\[Nope\] in the Outputs block .*by Arn"):
        refuse_broken("alpha", template)


@pytest.mark.parametrize(
    "value",
    [
        {"Ref": "Topic"},
        {"Ref": "Stage"},
        {"Ref": "AWS::Region"},
        {"Fn::GetAtt": ["Topic", "TopicArn"]},
        {"Fn::Sub": "${AWS::Partition} ${Stage} ${Topic.TopicArn} ${!Literal}"},
        {"Fn::Sub": ["${bound}", {"bound": "value"}]},
    ],
)
def test_a_reference_to_what_is_there_is_left_alone(value: object) -> None:
    refuse_broken("alpha", with_value(value))


@pytest.mark.parametrize("template", [[], {}, {"Resources": {}}, {"Resources": []}])
def test_a_template_without_resources_is_refused(template: object) -> None:
    with pytest.raises(LocalRunError, match=r"stack alpha: .*At least one Resources member"):
        refuse_broken("alpha", template)


@pytest.mark.parametrize("resource", ["text", {}, {"Type": 1}])
def test_a_resource_without_a_type_is_refused(resource: object) -> None:
    with pytest.raises(LocalRunError, match=r"stack alpha: .*resource Topic has no Type"):
        refuse_broken("alpha", {"Resources": {"Topic": resource}})
