"""Apps as serverless samples are written: every way is followed, and nothing is said of them."""

from collections.abc import Callable
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_apigateway as rest
from aws_cdk import aws_apigatewayv2 as http
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_kinesisfirehose as firehose
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_destinations as destinations
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_notifications as notifications
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as scheduled
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from routes.checks import run
from routes.checks.base import Context, Finding
from routes.journeys.catalog import ways
from routes.journeys.graph import Routes

# What samples leave out on purpose: places for what fails, and partial failures.
ADVICE = {"D401", "D404", "Q602", "Q604", "A509"}


def function(scope: Construct, name: str, **more: object) -> lambda_.Function:
    return lambda_.Function(
        scope,
        name,
        code=lambda_.Code.from_inline("def handler(event, context): pass"),
        handler="index.handler",
        runtime=lambda_.Runtime.PYTHON_3_13,
        **more,  # type: ignore[arg-type]
    )


def uploads(stack: cdk.Stack) -> None:
    """A bucket that wakes a function, fills a queue and tells a topic."""
    bucket = s3.Bucket(stack, "Bucket")
    queue, topic = sqs.Queue(stack, "Queue"), sns.Topic(stack, "Topic")
    created = s3.EventType.OBJECT_CREATED
    on_png = s3.NotificationKeyFilter(suffix=".png")
    bucket.add_event_notification(
        created, notifications.LambdaDestination(function(stack, "Resize")), on_png
    )
    bucket.add_event_notification(s3.EventType.OBJECT_REMOVED, notifications.SqsDestination(queue))
    bucket.add_event_notification(s3.EventType.OBJECT_RESTORE, notifications.SnsDestination(topic))
    topic.add_subscription(subscriptions.EmailSubscription("someone@example.com"))
    function(stack, "Clean").add_event_source(sources.SqsEventSource(queue))


def schedules(stack: cdk.Stack) -> None:
    """Schedules of EventBridge Scheduler and of a rule; one runs a function that polls a queue."""
    every = scheduler.ScheduleExpression.rate(cdk.Duration.hours(1))
    queue = sqs.Queue(stack, "Queue")
    scheduler.Schedule(stack, "ToQueue", schedule=every, target=scheduled.SqsSendMessage(queue))
    poll = function(stack, "Poll")
    queue.grant_consume_messages(poll)
    scheduler.Schedule(stack, "ToPoll", schedule=every, target=scheduled.LambdaInvoke(poll))
    report = function(stack, "Report")
    events.Rule(
        stack,
        "Nightly",
        schedule=events.Schedule.rate(cdk.Duration.days(1)),
        targets=[targets.LambdaFunction(report)],
    )


def http_api(stack: cdk.Stack) -> None:
    """An HTTP API with a function and direct integrations, behind it a table's readers."""
    api = http.HttpApi(stack, "Api")
    create, read = function(stack, "Create"), function(stack, "Read")
    api.add_routes(
        path="/things",
        methods=[http.HttpMethod.POST],
        integration=integrations.HttpLambdaIntegration("Create", create),
    )
    api.add_routes(
        path="/things/{id}",
        integration=integrations.HttpLambdaIntegration("Read", read),
    )
    queue = sqs.Queue(stack, "Queue")
    api.add_routes(
        path="/later",
        methods=[http.HttpMethod.POST],
        integration=integrations.HttpSqsIntegration("Later", queue=queue),
    )
    function(stack, "Later").add_event_source(sources.SqsEventSource(queue))
    table = dynamodb.Table(
        stack,
        "Table",
        partition_key=dynamodb.Attribute(name="pk", type=dynamodb.AttributeType.STRING),
        stream=dynamodb.StreamViewType.NEW_IMAGE,
    )
    table.grant_read_data(read)
    table.grant_write_data(create)
    changed = function(stack, "Changed")
    changed.add_event_source(
        sources.DynamoEventSource(table, starting_position=lambda_.StartingPosition.LATEST)
    )


def rest_api(stack: cdk.Stack) -> None:
    """A REST API with a function behind an alias, and a direct way into a queue."""
    api = rest.RestApi(stack, "Api")
    worker = function(stack, "Worker")
    alias = lambda_.Alias(stack, "Live", alias_name="live", version=worker.current_version)
    things = api.root.add_resource("things").add_resource("{id}")
    things.add_method("GET", rest.LambdaIntegration(alias))
    queue = sqs.Queue(stack, "Queue")
    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("apigateway.amazonaws.com"))
    queue.grant_send_messages(role)
    api.root.add_method(
        "POST",
        rest.AwsIntegration(
            service="sqs",
            path=f"{cdk.Aws.ACCOUNT_ID}/{queue.queue_name}",
            options=rest.IntegrationOptions(credentials_role=role),
        ),
    )
    alias.add_event_source(sources.SqsEventSource(queue, batch_size=10))


def outcomes(stack: cdk.Stack) -> None:
    """A function whose outcomes go to a bus and a queue, and alarms that tell a topic."""
    bus, failed = events.EventBus(stack, "Bus"), sqs.Queue(stack, "Failed")
    work = function(
        stack,
        "Work",
        on_success=destinations.EventBridgeDestination(bus),
        on_failure=destinations.SqsDestination(failed),
    )
    topic = sns.Topic(stack, "Topic")
    topic.add_subscription(subscriptions.LambdaSubscription(work))
    done = events.EventPattern(source=["lambda"])
    events.Rule(
        stack,
        "Done",
        event_bus=bus,
        event_pattern=done,
        targets=[targets.LambdaFunction(function(stack, "Next"))],
    )
    key = kms.Key(stack, "Key")
    alarms = sns.Topic(stack, "Alarms", master_key=key)
    key.grant_encrypt_decrypt(iam.ServicePrincipal("cloudwatch.amazonaws.com"))
    alarms.grant_publish(iam.ServicePrincipal("cloudwatch.amazonaws.com"))
    alarms.add_subscription(subscriptions.EmailSubscription("someone@example.com"))
    alarm = cloudwatch.Alarm(
        stack,
        "Failing",
        metric=failed.metric_approximate_number_of_messages_visible(),
        threshold=1,
        evaluation_periods=1,
    )
    alarm.add_alarm_action(actions.SnsAction(alarms))


def streams(stack: cdk.Stack) -> None:
    """A rule into a stream that a function and a delivery stream read; a task reads a queue."""
    stream = kinesis.Stream(stack, "Stream")
    events.Rule(
        stack,
        "All",
        event_pattern=events.EventPattern(account=[cdk.Aws.ACCOUNT_ID]),
        targets=[targets.KinesisStream(stream)],
    )
    function(stack, "Count").add_event_source(
        sources.KinesisEventSource(stream, starting_position=lambda_.StartingPosition.LATEST)
    )
    bucket = s3.Bucket(stack, "Archive", encryption=s3.BucketEncryption.KMS)
    firehose.DeliveryStream(
        stack,
        "Delivery",
        source=firehose.KinesisStreamSource(stream),
        destination=firehose.S3Bucket(bucket),
    )
    queue = sqs.Queue(stack, "Work")
    events.Rule(
        stack,
        "ToQueue",
        event_pattern=events.EventPattern(source=["shop"]),
        targets=[targets.SqsQueue(queue)],
    )
    task = ecs.FargateTaskDefinition(stack, "Task")
    task.add_container("Main", image=ecs.ContainerImage.from_registry("nginx"))
    queue.grant_consume_messages(task.task_role)


APPS: dict[Callable[[cdk.Stack], None], set[str]] = {
    uploads: {"Resize", "Clean", "someone@example.com"},
    schedules: {"Poll", "Report"},
    http_api: {"Create", "Read", "Later", "Changed"},
    rest_api: {"Worker"},
    outcomes: {"Work", "Next", "someone@example.com"},
    streams: {"Count", "Archive", "Work"},
}


@pytest.fixture(scope="module")
def synthesized(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Routes]:
    app = cdk.App(outdir=str(tmp_path_factory.mktemp("out")), analytics_reporting=False)
    for build in APPS:
        build(cdk.Stack(cdk.Stage(app, _stage(build)), "Stack"))
    app.synth()
    folder = Path(app.outdir)
    return {build.__name__: Routes.of(folder / f"assembly-{_stage(build)}") for build in APPS}


def _stage(build: Callable[[cdk.Stack], None]) -> str:
    return build.__name__.replace("_", "-")


def findings(routes: Routes) -> list[Finding]:
    return [each for each in run(Context(routes, [])) if each.severity != "note"]


@pytest.mark.parametrize("build", APPS, ids=lambda build: build.__name__)
def test_a_healthy_app_gets_advice_at_most(
    synthesized: dict[str, Routes], build: Callable[[cdk.Stack], None]
) -> None:
    found = [each for each in findings(synthesized[build.__name__]) if each.code.id not in ADVICE]
    assert [f"{each.code.id} {each.place}: {each.message}" for each in found] == []


@pytest.mark.parametrize("build", APPS, ids=lambda build: build.__name__)
def test_every_consumer_of_an_app_is_found(
    synthesized: dict[str, Routes], build: Callable[[cdk.Stack], None]
) -> None:
    found = ways(synthesized[build.__name__], [])
    names = {place.name.rsplit("/", 1)[-1] for way in found for place in way.consumers()}
    assert names >= APPS[build]
