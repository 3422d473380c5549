"""CloudFormation's role may do what the templates need, and no more."""

import json
from pathlib import Path
from typing import Any

import pytest

from deploy.bootstrap import environments
from deploy.deployed import read
from deploy.documents import MOST_CHARACTERS, documents
from deploy.errors import DeployError
from deploy.execution_policy import Policy, execution_policy
from routes.reading.assembly import Assembly
from routes.tests.domains import (
    ACCOUNTS,
    Made,
    domains,
    handing_over,
    observes,
    resource,
    role,
    write,
)

HOME = "eu-west-1:100000000001"
BOUNDARY = "arn:aws:iam::100000000001:policy/app-boundary"


def of(made: Made, **resources: dict[str, Any]) -> Policy:
    """The policy for a stack of these resources alone."""
    return policy_of(made({"shop": {"Resources": resources}}))


def policy_of(assembly: Assembly) -> Policy:
    return execution_policy(assembly.stacks, "hnb659fds")


def linking(types: list[str]) -> dict[str, Any]:
    """A stack with a link to a sink that the stack of billing gives it, once that is known."""
    stack = handing_over(domains(), "billing", "shop")["shop"]
    link = resource("Oam::Link", ResourceTypes=types, SinkIdentifier={"Ref": "Given"})
    return {**stack, "Resources": {"Link": link | {"Condition": "IsGiven"}}}


def statement(policy: Policy, action: str) -> dict[str, Any]:
    (found,) = [each for each in policy.statements if action in each["Action"]]
    return found


def actions(policy: Policy) -> set[str]:
    return {action for each in policy.statements for action in each["Action"]}


def test_an_action_is_limited_to_the_names_that_the_templates_give(made: Made) -> None:
    found = of(made, Queue=resource("SQS::Queue", QueueName="parcels"))

    assert statement(found, "sqs:CreateQueue")["Resource"] == [f"arn:aws:sqs:{HOME}:parcels"]


def test_names_that_cloudformation_makes_up_are_known_by_the_name_of_the_stack(made: Made) -> None:
    found = of(made, Queue=resource("SQS::Queue"))

    assert statement(found, "sqs:CreateQueue")["Resource"] == [f"arn:aws:sqs:{HOME}:app-shop-*"]


@pytest.mark.parametrize(
    ("bus", "path"),
    [
        ({}, "nightly"),
        ({"EventBusName": "default"}, "nightly"),
        ({"EventBusName": "shop"}, "shop/nightly"),
        ({"EventBusName": f"arn:aws:events:{HOME}:event-bus/shop"}, "shop/nightly"),
        ({"EventBusName": "aws.partner/shop.example/1"}, "aws.partner/shop.example/1/nightly"),
        ({"EventBusName": {"Fn::ImportValue": "Bus"}}, "*/nightly"),
    ],
)
def test_the_arn_of_a_rule_names_its_bus_unless_that_is_the_default_bus(
    made: Made, bus: dict[str, Any], path: str
) -> None:
    rule = resource("Events::Rule", Name="nightly", ScheduleExpression="rate(1 day)", **bus)
    found = of(made, Rule=rule)

    assert statement(found, "events:PutRule")["Resource"] == [f"arn:aws:events:{HOME}:rule/{path}"]


@pytest.mark.parametrize(
    ("name", "within"), [({}, "app-shop-*"), ({"ApplicationName": "shop"}, "shop")]
)
def test_what_is_in_something_without_a_given_name_is_in_whatever_is_named_so(
    made: Made, name: dict[str, str], within: str
) -> None:
    found = of(
        made,
        Application=resource("CodeDeploy::Application", ComputePlatform="Lambda", **name),
        Group=resource("CodeDeploy::DeploymentGroup", ApplicationName={"Ref": "Application"}),
    )

    assert statement(found, "codedeploy:CreateDeploymentGroup")["Resource"] == [
        f"arn:aws:codedeploy:{HOME}:deploymentgroup:{within}/app-shop-*"
    ]


def test_no_statement_allows_everything_of_a_service(made: Made) -> None:
    shop = observes(domains(), "shop", "billing", "Billed")["shop"]
    found = policy_of(made({"shop": shop}))

    assert not [action for action in actions(found) if "*" in action]
    anywhere = [each for each in found.statements if each["Resource"] == ["*"]]
    changing = {
        action
        for each in anywhere
        for action in each["Action"]
        if not action.split(":")[1].startswith(("List", "Describe", "Get"))
    }
    # IAM knows no resource for these.
    assert changing <= {"events:PutPermission", "events:RemovePermission"}


def test_roles_are_passed_only_to_the_services_that_they_trust(made: Made) -> None:
    found = policy_of(made(domains("shop")))
    passing = statement(found, "iam:PassRole")

    assert passing["Resource"] == ["arn:aws:iam::100000000001:role/app-shop-*"]
    assert passing["Condition"] == {
        "StringEquals": {"iam:PassedToService": ["lambda.amazonaws.com"]}
    }


def test_roles_can_be_made_only_with_the_boundary_that_all_have(made: Made) -> None:
    bounded = role("lambda")
    bounded["Properties"]["PermissionsBoundary"] = BOUNDARY

    found = of(made, Role=bounded)

    for action in ("iam:CreateRole", "iam:PutRolePolicy"):
        condition = statement(found, action)["Condition"]
        assert condition == {"StringEquals": {"iam:PermissionsBoundary": BOUNDARY}}
    assert "iam:DeleteRolePermissionsBoundary" not in actions(found)
    assert found.notes == []


def test_roles_without_a_boundary_are_said(made: Made) -> None:
    assert "no permissions boundary" in of(made, Role=role("lambda")).notes[0]


def test_managed_policies_are_attached_only_where_a_template_names_them(made: Made) -> None:
    attached = role("lambda")
    attached["Properties"]["ManagedPolicyArns"] = ["arn:aws:iam::aws:policy/Reads"]

    assert "iam:AttachRolePolicy" not in actions(of(made, Role=role("lambda")))
    condition = statement(of(made, Role=attached), "iam:AttachRolePolicy")["Condition"]
    assert condition == {"ArnEquals": {"iam:PolicyARN": ["arn:aws:iam::aws:policy/Reads"]}}


def test_what_a_property_alone_needs_is_allowed_only_with_it(made: Made) -> None:
    plain: dict[str, object] = {"KeySchema": [], "AttributeDefinitions": []}
    encrypted = {**plain, "SSESpecification": {"KMSMasterKeyId": "k"}}

    assert "kms:CreateGrant" not in actions(of(made, Table=resource("DynamoDB::Table", **plain)))
    assert "kms:CreateGrant" in actions(of(made, Table=resource("DynamoDB::Table", **encrypted)))


def test_data_are_not_for_cloudformation(made: Made) -> None:
    table = resource("DynamoDB::Table", KeySchema=[], AttributeDefinitions=[])
    bucket = resource("S3::Bucket", BucketName="papers")

    found = actions(of(made, Table=table, Bucket=bucket))

    assert not found & {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Scan", "s3:GetObject"}


def test_code_is_read_from_the_bucket_of_the_bootstrap_alone(made: Made) -> None:
    code = {"S3Bucket": "cdk-hnb659fds-assets", "S3Key": "k"}
    found = of(made, Layer=resource("Lambda::LayerVersion", Content=code))

    assert statement(found, "s3:GetObject")["Resource"] == [
        "arn:aws:s3:::cdk-hnb659fds-assets-100000000001-eu-west-1/*"
    ]


def test_a_resource_type_that_nobody_knows_is_an_error(made: Made) -> None:
    with pytest.raises(DeployError, match="'AWS::Moon::Base' is not known"):
        of(made, Base=resource("Moon::Base"))


def test_a_policy_that_is_too_large_is_split(made: Made) -> None:
    queues = {f"Q{n}": resource("SQS::Queue", QueueName=f"queue-{n:0>60}") for n in range(120)}

    split = documents(of(made, **queues).statements)

    assert len(split) > 1
    assert all(len(each) <= MOST_CHARACTERS for each in split)
    allowed = [
        name
        for each in split
        for held in json.loads(each)["Statement"]
        if "sqs:CreateQueue" in held["Action"]
        for name in held["Resource"]
    ]
    assert len(allowed) == len(set(allowed)) == len(queues)


def test_more_policies_than_a_role_may_have_are_an_error() -> None:
    arns = [f"arn:aws:sqs:{HOME}:queue-{n:0>60}" for n in range(900)]

    with pytest.raises(DeployError, match="expected at most 10"):
        documents([{"Effect": "Allow", "Action": ["sqs:CreateQueue"], "Resource": arns}])


def test_each_account_is_bootstrapped_without_trusting_any_other(tmp_path: Path) -> None:
    folder = write(tmp_path / "cdk.out", domains())

    found = environments(folder, read(folder))

    assert [each.account for each in found] == ["100000000001", "200000000002"]
    for each in found:
        assert "--trust" not in each.command
        assert "AdministratorAccess" not in " ".join(each.command)
        (arns,) = [word for word in each.command if word.startswith("arn:")]
        assert arns == f"arn:aws:iam::{each.account}:policy/cdk-hnb659fds-execution-eu-west-1-1"


def test_an_account_links_itself_only_to_sinks_of_who_gives_it_one(made: Made) -> None:
    stack = linking(["AWS::CloudWatch::Metric", "AWS::XRay::Trace"])

    found = policy_of(made({"shop": stack}))

    for action in ("oam:CreateLink", "oam:UpdateLink"):
        assert statement(found, action)["Resource"] == [
            f"arn:aws:oam:{HOME}:link/*",
            f"arn:aws:oam:eu-west-1:{ACCOUNTS['billing']}:sink/*",
        ]
    assert statement(found, "oam:DeleteLink")["Resource"] == [f"arn:aws:oam:{HOME}:link/*"]


def test_a_link_needs_leave_for_the_types_that_it_shares_and_no_others(made: Made) -> None:
    found = actions(policy_of(made({"shop": linking(["AWS::Logs::LogGroup"])})))

    assert {action for action in found if action.endswith(":Link")} == {"logs:Link"}


def test_a_sink_may_be_made_by_its_account(made: Made) -> None:
    found = of(made, Sink=resource("Oam::Sink", Name="all"))

    assert statement(found, "oam:PutSinkPolicy")["Resource"] == [f"arn:aws:oam:{HOME}:sink/*"]
    assert not {action for action in actions(found) if "Link" in action}


def test_no_resource_has_a_placeholder_of_iams_left(made: Made) -> None:
    found = of(made, Cluster=resource("MSK::Cluster", ClusterName="parcels"))

    arns = [arn for each in found.statements for arn in each["Resource"]]
    assert [arn for arn in arns if ":kafka:" in arn]
    assert not [arn for arn in arns if "${" in arn]


def test_what_is_tagged_beside_named_resources_is_tagged_whatever_its_id(made: Made) -> None:
    function = resource("Lambda::Function", FunctionName="sell", Code={}, Role="r")
    mapping = resource("Lambda::EventSourceMapping", FunctionName={"Ref": "Function"})
    alias = resource("Lambda::Alias", FunctionName={"Ref": "Function"}, Name="live")

    with_alias = of(made, Function=function, Alias=alias)
    with_mapping = of(made, Function=function, Mapping=mapping)

    function_arns = [f"arn:aws:lambda:{HOME}:function:sell{end}" for end in ("", ":*")]
    assert statement(with_alias, "lambda:TagResource")["Resource"] == function_arns
    assert statement(with_mapping, "lambda:TagResource")["Resource"] == [
        f"arn:aws:lambda:{HOME}:event-source-mapping:*",
        *function_arns,
    ]


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        ("AmazonMQ::Broker", {"SubnetIds": ["subnet-1"]}),
        ("MSK::Cluster", {"BrokerNodeGroupInfo": {"ClientSubnets": ["subnet-1"]}}),
    ],
)
def test_a_broker_in_a_network_needs_leave_for_it_and_for_a_role_of_its_service(
    made: Made, kind: str, properties: dict[str, Any]
) -> None:
    found = of(made, Broker=resource(kind, **properties), Role=role("lambda"))

    assert "ec2:DescribeSubnets" in actions(found)
    assert statement(found, "iam:CreateServiceLinkedRole")["Resource"] == [
        "arn:aws:iam::100000000001:role/aws-service-role/*"
    ]


def test_a_broker_may_have_interfaces_in_its_network(made: Made) -> None:
    found = of(made, Broker=resource("AmazonMQ::Broker", SubnetIds=["subnet-1"]))

    assert actions(found) >= {
        "ec2:CreateNetworkInterface",
        "ec2:CreateNetworkInterfacePermission",
        "ec2:DeleteNetworkInterface",
    }


def test_a_function_outside_networks_needs_no_leave_for_them(made: Made) -> None:
    found = actions(of(made, Function=resource("Lambda::Function", Code={}, Role="r")))

    assert not {action for action in found if action.startswith("ec2:")}
    assert "iam:CreateServiceLinkedRole" not in found


def test_tags_are_listed_where_a_types_tagging_needs_it(made: Made) -> None:
    assert "iam:ListRoleTags" in actions(of(made, Role=role("lambda")))
