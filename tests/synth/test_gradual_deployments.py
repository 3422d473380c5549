"""Outside development a new version gets a share of the calls first, and all if it does well."""

from typing import Any

from tests.synth.conftest import Templates
from tests.synth.template import Template, listed, references, target

ROLLS_BACK_ON = {"DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"}


def groups(stack: Template) -> dict[str, dict[str, Any]]:
    """By function, the deployment group that moves its alias."""
    found = {}
    for resource in stack.body["Resources"].values():
        if resource["Type"] == "AWS::Lambda::Alias":
            moved_by = resource["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]
            group = stack.of("AWS::CodeDeploy::DeploymentGroup")[
                target(moved_by["DeploymentGroupName"])
            ]
            assert moved_by["ApplicationName"] == group["ApplicationName"]
            found[target(resource["Properties"]["FunctionName"])] = group
    return found


def test_every_function_has_a_deployment_group_of_its_own(production: Templates) -> None:
    for stack in production.values():
        assert set(groups(stack)) == set(stack.of("AWS::Lambda::Function"))
        assert len(stack.of("AWS::CodeDeploy::DeploymentGroup")) == len(groups(stack))


def test_a_tenth_of_the_calls_goes_to_a_new_version_for_five_minutes(
    production: Templates,
) -> None:
    for group in [one for stack in production.values() for one in groups(stack).values()]:
        assert group["DeploymentConfigName"] == "CodeDeployDefault.LambdaCanary10Percent5Minutes"


def test_an_error_of_what_is_live_rolls_its_deployment_back(production: Templates) -> None:
    for stack in production.values():
        for function, group in groups(stack).items():
            assert set(group["AutoRollbackConfiguration"]["Events"]) == ROLLS_BACK_ON
            assert group["AlarmConfiguration"]["Enabled"] is True
            (named,) = group["AlarmConfiguration"]["Alarms"]
            alarm = stack.of("AWS::CloudWatch::Alarm")[target(named["Name"])]
            assert (alarm["MetricName"], alarm["Threshold"]) == ("Errors", 0)
            assert (alarm["EvaluationPeriods"], alarm["Period"]) == (1, 60)
            of = {one["Name"]: one["Value"] for one in alarm["Dimensions"]}
            assert of == {
                "FunctionName": {"Ref": function},
                "Resource": {"Fn::Join": ["", [{"Ref": function}, ":live"]]},
            }


def test_codedeploy_may_move_the_alias_of_that_function_and_nothing_else(
    production: Templates,
) -> None:
    for stack in production.values():
        for function, group in groups(stack).items():
            role = target(group["ServiceRoleArn"])
            assert "ManagedPolicyArns" not in stack.of("AWS::IAM::Role")[role]
            moves, looks = stack.role_statements(role)
            assert references(moves["Resource"]) == {function}
            assert all(action.startswith("lambda:") for action in moves["Action"])
            assert "lambda:InvokeFunction" not in moves["Action"]
            # It lists alarms by name, and takes no resource.
            assert (listed(looks["Action"]), looks["Resource"]) == (
                ["cloudwatch:DescribeAlarms"],
                "*",
            )


def test_in_development_a_new_version_is_live_at_once(stack: Template) -> None:
    types = {resource["Type"] for resource in stack.body["Resources"].values()}
    assert not [type for type in types if type.startswith("AWS::CodeDeploy::")]
    for resource in stack.body["Resources"].values():
        assert "UpdatePolicy" not in resource
