"""What a delivery asks of its target: which action, on which ARN, in which role."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_pipes as pipes
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from routes.checks import run
from routes.checks.base import Context
from routes.journeys.graph import Routes
from routes.tests import sample

Resources = dict[str, dict[str, Any]]


def function(scope: Construct, name: str) -> lambda_.Function:
    return lambda_.Function(
        scope,
        name,
        code=lambda_.Code.from_inline("def handler(event, context): pass"),
        handler="index.handler",
        runtime=lambda_.Runtime.PYTHON_3_13,
    )


def rule_to(stack: cdk.Stack, target: events.IRuleTarget) -> None:
    pattern = events.EventPattern(source=["shop"])
    events.Rule(stack, "Rule", event_pattern=pattern, targets=[target])


def to_a_task(stack: cdk.Stack) -> None:
    """EcsTask allows ecs:RunTask on the task definition, in the cluster only."""
    vpc = ec2.Vpc(stack, "Vpc", nat_gateways=0, max_azs=1)
    task = ecs.FargateTaskDefinition(stack, "Task")
    task.add_container("Main", image=ecs.ContainerImage.from_registry("nginx"))
    cluster = ecs.Cluster(stack, "Cluster", vpc=vpc)
    rule_to(
        stack,
        targets.EcsTask(
            cluster=cluster,
            task_definition=task,
            subnet_selection=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC),
        ),
    )


def to_an_alias(stack: cdk.Stack) -> None:
    """The permission that CDK adds speaks of the alias, as the rule's target does."""
    version = function(stack, "Worker").current_version
    alias = lambda_.Alias(stack, "Live", alias_name="live", version=version)
    rule_to(stack, targets.LambdaFunction(alias))


def through_an_enrichment(stack: cdk.Stack) -> None:
    """A pipe whose role may invoke one alias of the function that enriches, no other."""
    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("pipes.amazonaws.com"))
    source, target = sqs.Queue(stack, "Source"), sqs.Queue(stack, "Target")
    source.grant_consume_messages(role)
    target.grant_send_messages(role)
    version = function(stack, "Enrich").current_version
    alias = lambda_.Alias(stack, "Live", alias_name="live", version=version)
    role.add_to_policy(
        iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[alias.function_arn])
    )
    pipes.CfnPipe(
        stack,
        "Pipe",
        role_arn=role.role_arn,
        source=source.queue_arn,
        enrichment=alias.function_arn,
        target=target.queue_arn,
    )


def other_cluster(resources: Resources) -> None:
    for each in statements(resources):
        if "ArnEquals" in each.get("Condition", {}):
            each["Condition"]["ArnEquals"] = {"ecs:cluster": "arn:aws:ecs:::cluster/other"}


def permission_on_the_function_only(resources: Resources) -> None:
    function_id = next(id_ for id_, one in resources.items() if one["Type"].endswith("::Function"))
    for each in resources.values():
        if each["Type"] == "AWS::Lambda::Permission":
            each["Properties"]["FunctionName"] = {"Ref": function_id}


def no_enriching(resources: Resources) -> None:
    for each in statements(resources):
        if each["Action"] == "lambda:InvokeFunction":
            each["Action"] = "lambda:GetFunction"


def statements(resources: Resources) -> list[dict[str, Any]]:
    return [
        each
        for one in resources.values()
        if one["Type"] == "AWS::IAM::Policy"
        for each in one["Properties"]["PolicyDocument"]["Statement"]
    ]


CASES = [
    (to_a_task, other_cluster, "A507"),
    (to_an_alias, permission_on_the_function_only, "A504"),
    (through_an_enrichment, no_enriching, "A507"),
]


def errors(folder: Path) -> set[str]:
    found = run(Context(Routes.of(folder), []))
    return {each.code.id for each in found if each.severity == "error"}


@pytest.mark.parametrize(("build", "fault", "code"), CASES, ids=lambda x: getattr(x, "__name__", x))
def test_a_delivery_is_allowed_as_cdk_grants_it_and_denied_without(
    tmp_path: Path,
    build: Callable[[cdk.Stack], None],
    fault: Callable[[Resources], None],
    code: str,
) -> None:
    app = cdk.App(outdir=str(tmp_path), analytics_reporting=False)
    build(cdk.Stack(app, "Shop"))
    app.synth()
    assert errors(tmp_path) == set()
    file = tmp_path / "Shop.template.json"
    template = json.loads(file.read_text())
    fault(template["Resources"])
    file.write_text(json.dumps(template))
    assert errors(tmp_path) == {code}


def test_a_bus_of_another_region_is_reached_by_a_role(tmp_path: Path) -> None:
    far = "arn:aws:events:us-east-1:100000000001:event-bus/far"
    pattern = {"source": ["shop"]}
    rule: dict[str, Any] = {"Type": "AWS::Events::Rule", "Properties": {"EventPattern": pattern}}
    rule["Properties"] |= {"Targets": [{"Id": "Far", "Arn": far}]}
    assert errors(sample.write_assembly(tmp_path, {"Shop": {"Resources": {"Rule": rule}}})) == {
        "A506"
    }
    near = far.replace("us-east-1", sample.REGION)
    rule["Properties"]["Targets"] = [{"Id": "Near", "Arn": near}]
    assert errors(sample.write_assembly(tmp_path, {"Shop": {"Resources": {"Rule": rule}}})) == set()
