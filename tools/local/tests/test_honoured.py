"""What of a template is honoured is judged by the list of what is verified and by the emulator."""

from typing import Any

import pytest

from local import control, honoured
from local.instances import Emulator
from local.verified import LEFT_OUT, VERIFIED


def template(resource_type: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {"Resources": {"One": {"Type": resource_type, "Properties": properties}}}


def test_a_property_below_another_is_found() -> None:
    resource = {
        "Type": "AWS::Events::Rule",
        "Properties": {
            "EventPattern": {"source": ["a"]},
            "Targets": [{"Arn": {"Ref": "X"}}, {"NewThing": {"Deep": True}}],
        },
    }
    assert honoured.paths(resource) == {"EventPattern", "Targets.Arn", "Targets.NewThing.Deep"}


def test_what_is_verified_is_not_spoken_of() -> None:
    found = honoured.shortcomings([template("AWS::SNS::Topic", {"TopicName": "alpha"})])
    assert found.are_none
    assert not found.left_out


def test_a_property_without_effect_here_has_a_reason() -> None:
    found = honoured.shortcomings([template("AWS::SQS::Queue", {"SqsManagedSseEnabled": True})])
    assert found.are_none
    [(resource_type, path)] = found.left_out
    assert "encrypted" in str(honoured.reason_to_leave_out(resource_type, path))


@pytest.mark.parametrize(
    ("looked_at", "dropped"), [({}, True), ({"AWS::SQS::Queue": ["New"]}, False)]
)
def test_what_nothing_looks_at_is_dropped_and_what_something_does_unverified(
    looked_at: dict[str, list[str]], dropped: bool
) -> None:
    new = template("AWS::SQS::Queue", {"New": {"Deep": 1}})
    found = honoured.shortcomings([new], looked_at=looked_at)
    assert not found.are_none
    counted = found.dropped if dropped else found.unverified
    assert counted == {("AWS::SQS::Queue", "New.Deep"): 1}


def test_a_type_that_the_emulator_does_not_know_is_counted_as_such() -> None:
    strange = template("AWS::Strange::Thing", {"Size": 1})
    found = honoured.shortcomings([strange, strange], known=["AWS::SQS::Queue"])
    assert found.unknown == {"AWS::Strange::Thing": 2}
    assert not found.unverified


def test_the_list_names_only_types_that_the_emulator_knows(running_emulator: Emulator) -> None:
    known = control.known_types(running_emulator)
    assert sorted((VERIFIED.keys() | LEFT_OUT.keys()) - known) == []


def test_no_property_is_both_verified_and_left_out() -> None:
    both = {
        (resource_type, path)
        for resource_type, reasons in LEFT_OUT.items()
        for path in reasons
        if path in VERIFIED.get(resource_type, ())
    }
    assert both == set()
