"""Templates that CloudFormation would refuse are read to the end, and what is wrong is said."""

import re
from pathlib import Path
from typing import Any

import pytest

from routes.checks import run
from routes.checks.base import Context
from routes.journeys.catalog import ways
from routes.journeys.graph import Routes
from routes.reading.assembly import AssemblyError
from routes.tests import sample

PROPERTIES = [
    (stack, logical_id, key)
    for stack, template in sample.shop().items()
    for logical_id, resource in template["Resources"].items()
    for key in resource["Properties"]
]
BAD = [5, [[]], {"Ref": "Nope"}, {"Fn::Join": True}]


@pytest.mark.parametrize("bad", BAD, ids=str)
def test_no_property_of_a_wrong_shape_stops_the_reading(tmp_path: Path, bad: Any) -> None:
    for stack, logical_id, key in PROPERTIES:
        templates = sample.shop()
        templates[stack]["Resources"][logical_id]["Properties"][key] = bad
        routes = Routes.of(sample.write_assembly(tmp_path / "cdk.out", templates))
        ways(routes, [])
        run(Context(routes, []))


@pytest.mark.parametrize(
    ("value", "code", "told"),
    [
        (5, "H306", "Targets must be a list of objects, it is 5"),
        ({"Ref": "Given"}, "H307", "Targets must be a list of objects, it is '⟨Given⟩'"),
    ],
)
def test_the_finding_names_property_value_and_what_was_expected(
    tmp_path: Path, value: Any, code: str, told: str
) -> None:
    templates = sample.shop()
    templates["Billing"]["Resources"]["ToFifo"]["Properties"]["Targets"] = value
    routes = Routes.of(sample.write_assembly(tmp_path / "cdk.out", templates))
    found = {finding.code.id: finding.message for finding in run(Context(routes, []))}
    assert found[code] == told


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"EcsParameters": "x"}, "EcsParameters must be an object"),
        ({"InputTransformer": {"InputPathsMap": "x"}}, "InputPathsMap must be an object"),
        ({"InputTransformer": {"InputPathsMap": {"a": True}}}, "InputPathsMap must be a text"),
    ],
    ids=str,
)
def test_a_target_of_a_wrong_shape_is_named(
    tmp_path: Path, settings: dict[str, Any], told: str
) -> None:
    templates = sample.shop()
    targets = templates["Billing"]["Resources"]["ToFifo"]["Properties"]["Targets"]
    targets[0].update(settings)
    routes = Routes.of(sample.write_assembly(tmp_path / "cdk.out", templates))
    messages = [each.message for each in run(Context(routes, [])) if each.code.id == "H306"]
    assert any(message.startswith(told) for message in messages)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"Given": {"stack": "app-shop"}}, "crossbus:parameters.Given.account must be a text"),
        ({"Given": "SinkArn"}, "crossbus:parameters.Given must be an object, it is 'SinkArn'"),
        (["Given"], "crossbus:parameters must be an object"),
    ],
    ids=str,
)
def test_what_is_said_wrong_of_a_parameter_is_named(tmp_path: Path, said: Any, told: str) -> None:
    templates = sample.shop()
    templates["Billing"].setdefault("Metadata", {})["crossbus:parameters"] = said
    with pytest.raises(AssemblyError, match=re.escape(told)):
        Routes.of(sample.write_assembly(tmp_path / "cdk.out", templates))
