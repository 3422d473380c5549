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


def alarms(stack: Template, group: dict[str, Any]) -> list[dict[str, Any]]:
    """The alarms that roll a deployment back."""
    assert set(group["AutoRollbackConfiguration"]["Events"]) == ROLLS_BACK_ON
    assert group["AlarmConfiguration"]["Enabled"] is True
    named = group["AlarmConfiguration"]["Alarms"]
    return [stack.of("AWS::CloudWatch::Alarm")[target(one["Name"])] for one in named]


def of_live(function: str) -> dict[str, Any]:
    """The dimensions of what is invoked as live of a function."""
    return {
        "FunctionName": {"Ref": function},
        "Resource": {"Fn::Join": ["", [{"Ref": function}, ":live"]]},
    }


def dimensions(metric: dict[str, Any]) -> dict[str, Any]:
    return {one["Name"]: one["Value"] for one in metric["Dimensions"]}


def test_an_error_of_what_is_live_rolls_its_deployment_back(production: Templates) -> None:
    for stack in production.values():
        for function, group in groups(stack).items():
            alarm, *_ = alarms(stack, group)
            assert (alarm["MetricName"], alarm["Threshold"]) == ("Errors", 0)
            assert (alarm["EvaluationPeriods"], alarm["Period"]) == (1, 60)
            assert dimensions(alarm) == of_live(function)


def test_what_fails_without_an_error_rolls_its_deployment_back(production: Templates) -> None:
    """A function whose source asks which messages failed is invoked without an error then."""
    for stack in production.values():
        mappings = stack.of("AWS::Lambda::EventSourceMapping").values()
        asked = {
            stack.invoked(one["FunctionName"])
            for one in mappings
            if "ReportBatchItemFailures" in one.get("FunctionResponseTypes", [])
        }
        assert asked, stack.domain
        for function, group in groups(stack).items():
            _, *more = alarms(stack, group)
            assert len(more) == (function in asked), function
            for alarm in more:
                rolls_back_on_failures(stack, function, alarm)


def rolls_back_on_failures(stack: Template, function: str, alarm: dict[str, Any]) -> None:
    """It is of one-minute periods, on the share of invocations in which something failed."""
    found = {one["Id"]: one for one in alarm["Metrics"]}
    failing, invocations = (found[id]["MetricStat"] for id in ("failing", "invocations"))
    (watched,) = [one for one in alarm["Metrics"] if one["ReturnData"]]
    assert watched["Expression"] == "100 * failing / invocations"
    environment = stack.of("AWS::Lambda::Function")[function]["Environment"]["Variables"]
    service = {"service": environment["POWERTOOLS_SERVICE_NAME"]}
    assert (failing["Metric"]["Namespace"], failing["Metric"]["MetricName"]) == (
        "Crossbus",
        "Failed",
    )
    assert (dimensions(failing["Metric"]), failing["Stat"]) == (service, "SampleCount")
    assert (invocations["Metric"]["MetricName"], invocations["Stat"]) == ("Invocations", "Sum")
    assert dimensions(invocations["Metric"]) == of_live(function)
    assert failing["Period"] == invocations["Period"] == 60
    # A tenth of the invocations are the new version's, for five minutes.
    assert alarm["Threshold"] == 5
    assert (alarm["DatapointsToAlarm"], alarm["EvaluationPeriods"]) == (2, 5)
    assert alarm["TreatMissingData"] == "notBreaching"


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
