"""Assemblies of other people's apps: L2 constructs, stages, stacks of unknown accounts."""

import aws_cdk as cdk
import pytest
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_logs as logs
from aws_cdk import aws_pipes as pipes
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as stepfunctions
from constructs import Construct

from routes.checks import run
from routes.checks.base import Context, Finding
from routes.journeys.catalog import ways
from routes.journeys.graph import Routes

SHOP = events.EventPattern(source=["shop"])


def function(scope: Construct, name: str) -> lambda_.Function:
    return lambda_.Function(
        scope,
        name,
        code=lambda_.Code.from_inline("def handler(event, context): pass"),
        handler="index.handler",
        runtime=lambda_.Runtime.PYTHON_3_13,
    )


def rule(scope: Construct, bus: events.IEventBus | None, *to: events.IRuleTarget) -> events.Rule:
    names = "".join(type(target).__name__ for target in to)
    return events.Rule(scope, f"To{names}", event_bus=bus, event_pattern=SHOP, targets=list(to))


def buses_of_one_app(app: cdk.App) -> None:
    """Two stacks that leave account and region open, joined by an export."""
    stack, other = cdk.Stack(app, "One"), cdk.Stack(app, "Other")
    bus, far = events.EventBus(stack, "Bus"), events.EventBus(other, "Far")
    rule(stack, bus, targets.EventBus(far))
    key = kms.Key(stack, "Key")
    encrypted = sqs.Queue(stack, "Encrypted", encryption_master_key=key)
    rule(stack, bus, targets.SqsQueue(encrypted), targets.LambdaFunction(function(stack, "On")))
    machine = stepfunctions.StateMachine(
        stack,
        "Machine",
        definition_body=stepfunctions.DefinitionBody.from_chainable(
            stepfunctions.Pass(stack, "Pass")
        ),
    )
    group = logs.LogGroup(stack, "Group")
    rule(stack, bus, targets.SfnStateMachine(machine), targets.CloudWatchLogGroup(group))
    stream = kinesis.Stream(stack, "Stream")
    rule(stack, bus, targets.KinesisStream(stream))
    reader = function(stack, "Reader")
    reader.add_event_source(
        sources.KinesisEventSource(stream, starting_position=lambda_.StartingPosition.LATEST)
    )
    rule(other, far, targets.LambdaFunction(function(other, "Elsewhere")))


def fan_out_of_a_stage(app: cdk.App) -> None:
    """A topic with filtered and open subscriptions, in a stage, with a nested stack."""
    environment = cdk.Environment(account="100000000001", region="us-east-1")
    stack = cdk.Stack(cdk.Stage(app, "Prod", env=environment), "Fan")
    bus = events.EventBus(stack, "Bus")
    topic = sns.Topic(stack, "Topic")
    rule(stack, bus, targets.SnsTopic(topic))
    for name, policy in (("All", None), ("Some", {"kind": sns.FilterOrPolicy.filter(_KIND)})):
        queue = sqs.Queue(stack, name)
        topic.add_subscription(
            subscriptions.SqsSubscription(queue, filter_policy_with_message_body=policy)
        )
        function(stack, f"{name}Reader").add_event_source(sources.SqsEventSource(queue))
    topic.add_subscription(subscriptions.EmailSubscription("someone@example.com"))
    nested = cdk.NestedStack(stack, "Nested")
    rule(nested, bus, targets.LambdaFunction(function(nested, "Inner")))


def table_to_bus(app: cdk.App) -> None:
    """A table's stream through a pipe to a bus, and a bucket's events on the default bus."""
    stack = cdk.Stack(app, "Pipes")
    table = dynamodb.TableV2(
        stack,
        "Table",
        partition_key=dynamodb.Attribute(name="pk", type=dynamodb.AttributeType.STRING),
        dynamo_stream=dynamodb.StreamViewType.NEW_IMAGE,
    )
    bus = events.EventBus(stack, "Bus")
    role = cdk.aws_iam.Role(
        stack, "Role", assumed_by=cdk.aws_iam.ServicePrincipal("pipes.amazonaws.com")
    )
    table.grant_stream_read(role)
    bus.grant_put_events_to(role)
    assert table.table_stream_arn
    pipes.CfnPipe(
        stack,
        "Pipe",
        role_arn=role.role_arn,
        source=table.table_stream_arn,
        target=bus.event_bus_arn,
        source_parameters={"dynamoDbStreamParameters": {"startingPosition": "LATEST"}},
    )
    bucket = s3.Bucket(stack, "Bucket", event_bridge_enabled=True)
    events.Rule(
        stack,
        "Uploaded",
        event_pattern=events.EventPattern(
            source=["aws.s3"], detail={"bucket": {"name": [bucket.bucket_name]}}
        ),
        targets=[targets.LambdaFunction(function(stack, "Resize"))],
    )
    events.Rule(
        stack,
        "Nightly",
        schedule=events.Schedule.rate(cdk.Duration.days(1)),
        targets=[targets.LambdaFunction(function(stack, "Sweep"))],
    )


_KIND = sns.SubscriptionFilter.string_filter(allowlist=["urgent"])
APPS = [buses_of_one_app, fan_out_of_a_stage, table_to_bus]


@pytest.fixture(scope="module")
def synthesized(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Routes]:
    found = {}
    for build in APPS:
        folder = tmp_path_factory.mktemp(build.__name__)
        app = cdk.App(outdir=str(folder), analytics_reporting=False)
        build(app)
        app.synth()
        found[build.__name__] = Routes.of(folder)
    return found


def findings(routes: Routes) -> list[Finding]:
    return run(Context(routes, []))


@pytest.mark.parametrize("app", [build.__name__ for build in APPS])
def test_a_healthy_app_has_no_error(synthesized: dict[str, Routes], app: str) -> None:
    assert [each for each in findings(synthesized[app]) if each.severity == "error"] == []


def consumers(routes: Routes) -> set[str]:
    return {place.name for way in ways(routes, []) for place in way.consumers()}


def test_consumers_are_found_over_stacks_of_an_unknown_account(
    synthesized: dict[str, Routes],
) -> None:
    found = consumers(synthesized["buses_of_one_app"])
    assert {"Encrypted", "On", "Machine", "Reader", "Elsewhere"} <= found


def test_consumers_are_found_in_stages_and_nested_stacks(synthesized: dict[str, Routes]) -> None:
    found = {name.rsplit("/", 1)[-1] for name in consumers(synthesized["fan_out_of_a_stage"])}
    assert {"AllReader", "someone@example.com"} <= found
    assert any(name.startswith("Inner") for name in found)


def test_a_mailbox_is_named_as_not_followed(synthesized: dict[str, Routes]) -> None:
    notes = [each for each in findings(synthesized["fan_out_of_a_stage"]) if each.code.id == "H304"]
    assert len(notes) == 1
    assert "email endpoint someone@example.com" in notes[0].message


def test_a_way_begins_where_a_schedule_a_table_or_a_bucket_sends(
    synthesized: dict[str, Routes],
) -> None:
    found = {
        way.label: {place.name for place in way.consumers()}
        for way in ways(synthesized["table_to_bus"], [])
    }
    assert found["schedule · Nightly"] == {"Sweep"}
    assert found["aws.s3 · any"] == {"Resize"}
    assert {"table · Table", "bucket · Bucket"} <= found.keys()


def test_a_hop_without_a_dead_letter_place_is_a_warning_here(
    synthesized: dict[str, Routes],
) -> None:
    found = [each for each in findings(synthesized["table_to_bus"]) if each.code.id == "D401"]
    assert found
    assert {each.severity for each in found} == {"warning"}
