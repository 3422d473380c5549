"""Nothing that the templates say is silently dropped by the local run."""

from pathlib import Path

import pytest

from local import assembly as cloud_assembly
from local import honoured


@pytest.fixture(scope="session")
def used(assembly: Path) -> set[tuple[str, str]]:
    return honoured.used(stack.template for stack in cloud_assembly.read(assembly))


def test_every_property_of_every_template_is_honoured_or_left_out_for_a_reason(
    used: set[tuple[str, str]],
) -> None:
    assert sorted(used - honoured.known() - {(t, "") for t in honoured.HONOURED}) == []


def test_no_property_is_listed_that_no_template_uses(used: set[tuple[str, str]]) -> None:
    assert sorted(honoured.known() - used) == []


def test_no_property_is_both_honoured_and_left_out() -> None:
    both = {
        (resource_type, path)
        for resource_type, reasons in honoured.LEFT_OUT.items()
        for path in reasons
        if path in honoured.HONOURED.get(resource_type, ())
    }
    assert both == set()


def test_a_property_below_another_is_found() -> None:
    template = {
        "Resources": {
            "Rule": {
                "Type": "AWS::Events::Rule",
                "Properties": {
                    "EventPattern": {"source": ["a"]},
                    "Targets": [{"Arn": {"Ref": "X"}}, {"NewThing": {"Deep": True}}],
                },
            }
        }
    }
    assert honoured.used([template]) == {
        ("AWS::Events::Rule", "EventPattern"),
        ("AWS::Events::Rule", "Targets.Arn"),
        ("AWS::Events::Rule", "Targets.NewThing.Deep"),
    }


def test_the_apps_own_layer_stays_and_the_bought_one_is_left_out(assembly: Path) -> None:
    for stack in cloud_assembly.read(assembly):
        layers = [
            resource
            for resource in stack.template["Resources"].values()
            if resource["Type"] == "AWS::Lambda::LayerVersion"
        ]
        assert (len(layers), len(stack.left_out)) == (1, 1)
