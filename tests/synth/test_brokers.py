"""The optional stacks that consume from a broker or a Kafka cluster, with the switch on."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from cdk_nag import AwsSolutionsChecks

import app
from routes.checks import run
from routes.checks.base import Context
from routes.journeys.examples import examples_for
from routes.journeys.graph import Routes
from stacks.brokers import STACKS
from stacks.context import topology_from
from stacks.topology import BROKERS
from tests.conftest import UNVALIDATED, Shared
from tests.synth.template import Properties, listed, target

Template = dict[str, Properties]


class Brokers:
    """An assembly of the domains' stacks with those of the brokers beside them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files = [
            folder / f"Fulfillment{broker.capitalize()}.template.json" for broker in BROKERS
        ]
        self.templates: dict[str, Any] = {
            broker: json.loads(file.read_text())
            for broker, file in zip(BROKERS, self.files, strict=True)
        }

    def of(self, broker: str, type: str) -> Template:
        """The properties of the resources of a type, by logical id."""
        resources = self.templates[broker]["Resources"].items()
        return {id: one.get("Properties", {}) for id, one in resources if one["Type"] == type}

    def mapping(self, broker: str) -> Properties:
        """The mapping of the one function."""
        (found,) = self.of(broker, "AWS::Lambda::EventSourceMapping").values()
        return found


@pytest.fixture(scope="module")
def brokers(assembly: Path, shared: Shared) -> Brokers:
    """Made without the domains' stacks, which are there already; cdk-nag finds nothing in them."""

    def made(folder: Path) -> None:
        values = app.context([]) | {"brokers": "mq,msk"} | UNVALIDATED
        alone = cdk.App(context=values, outdir=str(folder), analytics_reporting=False)
        topology = topology_from(values)
        for broker in topology.brokers:
            STACKS[broker](alone, topology=topology)
        cdk.Validations.of(alone).add_plugins(AwsSolutionsChecks(alone))
        alone.synth()
        manifest = json.loads((folder / "manifest.json").read_text())
        others = json.loads((assembly / "manifest.json").read_text())
        manifest["artifacts"] = others["artifacts"] | manifest["artifacts"]
        (folder / "manifest.json").write_text(json.dumps(manifest))
        shutil.copytree(assembly / "examples", folder / "examples")
        for file in assembly.glob("*.json"):
            if not (folder / file.name).exists():
                shutil.copy(file, folder)

    return Brokers(shared("brokers", made))


@pytest.mark.parametrize(("broker", "metrics"), [("mq", ["Errors"]), ("msk", ["Errors", "Failed"])])
def test_outside_development_a_new_version_gets_a_share_first(
    tmp_path: Path, broker: str, metrics: list[str]
) -> None:
    """What is watched meanwhile is all that a broker's function can fail by: of MQ it raises."""
    values = app.context([]) | {"brokers": broker, "environment": "prod"} | UNVALIDATED
    alone = cdk.App(context=values, outdir=str(tmp_path), analytics_reporting=False)
    STACKS[broker](alone, topology=topology_from(values))
    cdk.Validations.of(alone).add_plugins(AwsSolutionsChecks(alone))
    alone.synth()
    file = tmp_path / f"Fulfillment{broker.capitalize()}.template.json"
    resources: Template = json.loads(file.read_text())["Resources"]
    (alias,) = [one for one in resources.values() if one["Type"] == "AWS::Lambda::Alias"]
    moved_by = alias["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]
    group = resources[target(moved_by["DeploymentGroupName"])]["Properties"]
    alarms = [
        resources[target(one["Name"])]["Properties"]
        for one in group["AlarmConfiguration"]["Alarms"]
    ]
    watched = [
        alarm.get("MetricName") or metric(alarm["Metrics"], "failing")["MetricName"]
        for alarm in alarms
    ]
    assert watched == metrics


def metric(metrics: list[Properties], id: str) -> Properties:
    """The metric that an expression of an alarm calls by this id."""
    (found,) = [one["MetricStat"]["Metric"] for one in metrics if one["Id"] == id]
    return dict(found)


@pytest.mark.parametrize(("given", "made"), [("", []), ("msk", ["msk"]), ("msk,mq", ["mq", "msk"])])
def test_the_app_has_the_stacks_that_are_asked_for(
    monkeypatch: pytest.MonkeyPatch, given: str, made: list[str]
) -> None:
    monkeypatch.setattr(app, "stack_of", lambda _: lambda *_, **__: None)
    built = app.build(app.context([]) | {"brokers": given, "monitoring": ""})
    expected = [f"crossbus-dev-fulfillment-{broker}" for broker in made]
    assert [one.stack_name for one in built.node.children if isinstance(one, cdk.Stack)] == expected


def test_cfn_lint_and_routes_find_nothing(brokers: Brokers) -> None:
    command = [str(Path(sys.executable).with_name("cfn-lint")), *map(str, brokers.files)]
    linted = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (linted.stdout, linted.returncode) == ("", 0)
    routes = Routes.of(brokers.folder)
    assert run(Context(routes, examples_for(routes, None))) == []


@pytest.mark.parametrize("broker", BROKERS)
def test_it_is_the_handler_of_the_queue_that_consumes(brokers: Brokers, broker: str) -> None:
    (function,) = brokers.of(broker, "AWS::Lambda::Function").values()
    assert function["Handler"] == "fulfillment.plan_shipment.handler"
    (alias,) = brokers.of(broker, "AWS::Lambda::Alias")
    assert target(brokers.mapping(broker)["FunctionName"]) == alias


def test_a_cluster_is_read_with_partial_responses_and_a_place_for_what_lambda_gives_up(
    brokers: Brokers,
) -> None:
    mapping = brokers.mapping("msk")
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["ProvisionedPollerConfig"]["MinimumPollers"] == 1
    assert mapping["MaximumRecordAgeInSeconds"] == 24 * 3600
    given_up = target(mapping["DestinationConfig"]["OnFailure"]["Destination"])
    queue = brokers.of("msk", "AWS::SQS::Queue")[given_up]
    assert queue["QueueName"] == "shipment-orders-msk-given-up"


@pytest.mark.parametrize("broker", BROKERS)
def test_every_place_for_what_failed_has_an_alarm_on_the_topics_of_the_domain(
    brokers: Brokers, broker: str
) -> None:
    alarms = brokers.of(broker, "AWS::CloudWatch::Alarm").values()
    for queue in brokers.of(broker, "AWS::SQS::Queue"):
        dimension = {"Name": "QueueName", "Value": {"Fn::GetAtt": [queue, "QueueName"]}}
        (alarm,) = [one for one in alarms if one["Dimensions"] == [dimension]]
        assert alarm["Threshold"] == 0
    told = {action for alarm in alarms for action in alarm["AlarmActions"]}
    assert {arn.rpartition(":")[2] for arn in told} == {
        "fulfillment-alarms",
        "fulfillment-notices",
    }


@pytest.mark.parametrize(("broker", "port"), [("mq", 5671), ("msk", 9098)])
def test_nobody_but_members_of_the_group_reaches_a_broker_and_over_tls_alone(
    brokers: Brokers, broker: str, port: int
) -> None:
    (group,) = brokers.of(broker, "AWS::EC2::SecurityGroup")
    rules = brokers.of(broker, "AWS::EC2::SecurityGroupIngress").values()
    assert {target(rule["SourceSecurityGroupId"]) for rule in rules} == {group}
    assert {(rule["FromPort"], rule["ToPort"]) for rule in rules} == {(port, port), (443, 443)}
    assert brokers.of(broker, "AWS::EC2::InternetGateway") == {}


@pytest.mark.parametrize("broker", BROKERS)
def test_who_is_refused_is_logged_by_a_role_that_may_from_the_first(
    brokers: Brokers, broker: str
) -> None:
    (log,) = brokers.of(broker, "AWS::EC2::FlowLog").values()
    role = brokers.of(broker, "AWS::IAM::Role")[target(log["DeliverLogsPermissionArn"])]
    (policy,) = role["Policies"]
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert target(statement["Resource"]) == target(log["LogGroupName"])
    assert set(statement["Action"]) == {
        "logs:CreateLogStream",
        "logs:DescribeLogStreams",
        "logs:PutLogEvents",
    }


def test_the_password_of_a_broker_is_in_no_template(brokers: Brokers) -> None:
    (broker,) = brokers.of("mq", "AWS::AmazonMQ::Broker").values()
    assert broker["PubliclyAccessible"] is False
    (user,) = broker["Users"]
    for field in ("Username", "Password"):
        assert user[field]["Fn::Join"][1][0].startswith("{{resolve:secretsmanager:")


def test_a_cluster_takes_iam_identities_over_tls_alone_and_encrypts_with_its_key(
    brokers: Brokers,
) -> None:
    (cluster,) = brokers.of("msk", "AWS::MSK::Cluster").values()
    assert cluster["ClientAuthentication"] == {
        "Sasl": {"Iam": {"Enabled": True}},
        "Unauthenticated": {"Enabled": False},
    }
    encryption = cluster["EncryptionInfo"]
    assert encryption["EncryptionInTransit"] == {"ClientBroker": "TLS", "InCluster": True}
    (key,) = brokers.of("msk", "AWS::KMS::Key")
    assert target(encryption["EncryptionAtRest"]["DataVolumeKMSKeyId"]) == key


@pytest.mark.parametrize("broker", BROKERS)
def test_a_grant_on_everything_is_to_make_network_interfaces_or_to_trace(
    brokers: Brokers, broker: str
) -> None:
    for policy in brokers.of(broker, "AWS::IAM::Policy").values():
        for statement in policy["PolicyDocument"]["Statement"]:
            if statement["Resource"] == "*":
                services = {action.partition(":")[0] for action in listed(statement["Action"])}
                assert services <= {"ec2", "xray"}


def test_a_function_may_read_a_cluster_as_lambda_asks_with_iam(brokers: Brokers) -> None:
    (policy,) = brokers.of("msk", "AWS::IAM::Policy").values()
    statements = policy["PolicyDocument"]["Statement"]
    granted = [action for one in statements for action in listed(one["Action"])]
    assert {action for action in granted if action.startswith("kafka-cluster:")} == {
        "kafka-cluster:AlterGroup",
        "kafka-cluster:Connect",
        "kafka-cluster:DescribeClusterDynamicConfiguration",
        "kafka-cluster:DescribeGroup",
        "kafka-cluster:DescribeTopic",
        "kafka-cluster:ReadData",
    }
