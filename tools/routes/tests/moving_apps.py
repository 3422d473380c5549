"""Apps that move events without code: pipes, streams, uploads, devices, APIs, schedules.

Each is healthy and gives a place for what fails to most of its hops.
"""

import json
from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_amazonmq as amazonmq
from aws_cdk import aws_apigateway as rest
from aws_cdk import aws_apigatewayv2 as http
from aws_cdk import aws_chatbot as chatbot
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_iot as iot
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_kinesisfirehose as firehose
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_msk as msk
from aws_cdk import aws_pipes as pipes
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as scheduled
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as stepfunctions
from constructs import Construct

Build = Callable[[cdk.Stack], None]
_FIRST = lambda_.StartingPosition.TRIM_HORIZON


def function(scope: Construct, name: str, **more: Any) -> lambda_.Function:
    return lambda_.Function(
        scope,
        name,
        code=lambda_.Code.from_inline("def handler(event, context): pass"),
        handler="index.handler",
        runtime=lambda_.Runtime.PYTHON_3_13,
        **more,
    )


def on(stack: cdk.Stack, bus: events.IEventBus | None, name: str, **pattern: Any) -> events.Rule:
    return events.Rule(
        stack, name, event_bus=bus, event_pattern=events.EventPattern(**pattern), targets=[]
    )


def role_of(stack: cdk.Stack, service: str, name: str = "Role") -> iam.Role:
    return iam.Role(stack, name, assumed_by=iam.ServicePrincipal(f"{service}.amazonaws.com"))


def pipe(
    stack: cdk.Stack, name: str, role: iam.Role, source: str, target: str, **more: Any
) -> None:
    pipes.CfnPipe(stack, name, role_arn=role.role_arn, source=source, target=target, **more)


def _filter(pattern: dict[str, Any]) -> dict[str, Any]:
    return {"filterCriteria": {"filters": [{"pattern": json.dumps(pattern)}]}}


def streaming(stack: cdk.Stack) -> None:
    """A bus onto an encrypted stream; behind it a pipe to a workflow, a function, a lake."""
    bus, letters = events.EventBus(stack, "Bus"), sqs.Queue(stack, "Letters")
    stream = kinesis.Stream(
        stack,
        "Stream",
        encryption=kinesis.StreamEncryption.KMS,
        encryption_key=kms.Key(stack, "Key"),
    )
    on(stack, bus, "ToStream", source=["shop"]).add_target(targets.KinesisStream(stream))
    body = stepfunctions.DefinitionBody.from_chainable(stepfunctions.Pass(stack, "Pass"))
    machine = stepfunctions.StateMachine(stack, "Work", definition_body=body)
    enrich = function(stack, "Enrich")
    role = role_of(stack, "pipes")
    stream.grant_read(role)
    machine.grant_start_execution(role)
    enrich.grant_invoke(role)
    letters.grant_send_messages(role)
    reading = {
        "startingPosition": "TRIM_HORIZON",
        "batchSize": 10,
        "maximumRetryAttempts": 5,
        "deadLetterConfig": {"arn": letters.queue_arn},
    }
    pipe(
        stack,
        "Pipe",
        role,
        stream.stream_arn,
        machine.state_machine_arn,
        enrichment=enrich.function_arn,
        source_parameters={
            "kinesisStreamParameters": reading,
            **_filter({"data": {"source": ["shop"]}}),
        },
        target_parameters={
            "stepFunctionStateMachineParameters": {"invocationType": "FIRE_AND_FORGET"}
        },
    )
    function(stack, "Reader").add_event_source(
        sources.KinesisEventSource(
            stream,
            starting_position=_FIRST,
            retry_attempts=3,
            report_batch_item_failures=True,
            on_failure=sources.SqsDlq(letters),
        )
    )
    lake = s3.Bucket(stack, "Lake", encryption=s3.BucketEncryption.KMS)
    direct = firehose.DeliveryStream(
        stack,
        "Direct",
        destination=firehose.S3Bucket(
            lake,
            data_output_prefix="!{timestamp:yyyy}/",
            error_output_prefix="failed/!{firehose:error-output-type}/",
            processor=firehose.LambdaFunctionProcessor(function(stack, "Clean")),
        ),
    )
    on(stack, bus, "ToLake", source=["shop"]).add_target(targets.FirehoseDeliveryStream(direct))
    firehose.DeliveryStream(
        stack,
        "Raw",
        source=firehose.KinesisStreamSource(stream),
        destination=firehose.S3Bucket(lake),
    )


def uploading(stack: cdk.Stack) -> None:
    """Uploads by way of EventBridge into a queue, a pipe to a function, a pipe onto a bus."""
    bucket = s3.Bucket(stack, "Bucket", event_bridge_enabled=True)
    letters = sqs.DeadLetterQueue(queue=sqs.Queue(stack, "Letters"), max_receive_count=5)
    waiting = cdk.Duration.seconds(300)
    queue = sqs.Queue(stack, "Queue", visibility_timeout=waiting, dead_letter_queue=letters)
    found = sqs.Queue(stack, "Found", dead_letter_queue=letters)
    bus = events.EventBus(stack, "Results")
    named = {"bucket": {"name": [bucket.bucket_name]}}
    uploaded = on(
        stack, None, "Uploaded", source=["aws.s3"], detail_type=["Object Created"], detail=named
    )
    uploaded.add_target(targets.SqsQueue(queue))
    scan = function(stack, "Scan", timeout=cdk.Duration.seconds(30))
    found.grant_send_messages(scan)
    role = role_of(stack, "pipes")
    for each in (queue, found):
        each.grant_consume_messages(role)
    scan.grant_invoke(role)
    bus.grant_put_events_to(role)
    pipe(
        stack,
        "Pipe",
        role,
        queue.queue_arn,
        scan.function_arn,
        source_parameters=_filter({"body": {"source": ["aws.s3"]}}),
    )
    pipe(
        stack,
        "ToBus",
        role,
        found.queue_arn,
        bus.event_bus_arn,
        target_parameters={
            "eventBridgeEventBusParameters": {"source": "scanner", "detailType": "Scanned"},
            "inputTemplate": '{"virus": <$.body.virus>}',
        },
    )
    on(stack, bus, "OnScanned", source=["scanner"], detail={"virus": ["x"]}).add_target(
        targets.LambdaFunction(function(stack, "Warn"))
    )


def devices(stack: cdk.Stack) -> None:
    """Messages of devices to a topic, a queue, a function, a stream and a table."""
    topic, queue, errors = (
        sns.Topic(stack, "Topic"),
        sqs.Queue(stack, "Queue"),
        sqs.Queue(stack, "Errors"),
    )
    topic.add_subscription(subscriptions.EmailSubscription("someone@example.com"))
    function(stack, "Drain").add_event_source(sources.SqsEventSource(queue))
    stream = kinesis.Stream(stack, "Stream")
    count = sources.KinesisEventSource(stream, starting_position=_FIRST)
    function(stack, "Count").add_event_source(count)
    table = dynamodb.Table(
        stack,
        "Things",
        partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING),
    )
    role = role_of(stack, "iot")
    topic.grant_publish(role)
    for each in (queue, errors):
        each.grant_send_messages(role)
    stream.grant_write(role)
    table.grant_write_data(role)
    handle, by = function(stack, "Handle"), {"roleArn": role.role_arn}
    rule = iot.CfnTopicRule(
        stack,
        "Rule",
        topic_rule_payload={
            "sql": "SELECT * FROM 'devices/+'",
            "actions": [
                {"sns": {"targetArn": topic.topic_arn, **by}},
                {"sqs": {"queueUrl": queue.queue_url, **by}},
                {"lambda": {"functionArn": handle.function_arn}},
                {"kinesis": {"streamName": stream.stream_name, "partitionKey": "${topic()}", **by}},
                {"dynamoDBv2": {"putItem": {"tableName": table.table_name}, **by}},
            ],
            "errorAction": {"sqs": {"queueUrl": errors.queue_url, **by}},
        },
    )
    principal = iam.ServicePrincipal("iot.amazonaws.com")
    handle.add_permission("Iot", principal=principal, source_arn=rule.attr_arn)


def apis(stack: cdk.Stack) -> None:
    """An HTTP and a REST API that put onto a bus without code between."""
    bus = events.EventBus(stack, "Bus")
    on(stack, bus, "OnWeb", source=["web"]).add_target(
        targets.LambdaFunction(function(stack, "Serve"))
    )
    role = role_of(stack, "apigateway")
    bus.grant_put_events_to(role)
    api = http.HttpApi(stack, "Api")
    entry = {
        "Source": "web",
        "DetailType": "Clicked",
        "Detail": "$request.body",
        "EventBusName": bus.event_bus_name,
    }
    integration = http.CfnIntegration(
        stack,
        "Put",
        api_id=api.api_id,
        integration_type="AWS_PROXY",
        integration_subtype="EventBridge-PutEvents",
        credentials_arn=role.role_arn,
        payload_format_version="1.0",
        request_parameters=entry,
    )
    http.CfnRoute(
        stack,
        "Route",
        api_id=api.api_id,
        route_key="POST /clicks",
        target=f"integrations/{integration.ref}",
    )
    template = json.dumps({"Entries": [{**entry, "Detail": "$util.escapeJavaScript($input.body)"}]})
    options = rest.IntegrationOptions(
        credentials_role=role, request_templates={"application/json": template}
    )
    put = rest.AwsIntegration(service="events", action="PutEvents", options=options)
    rest.RestApi(stack, "Rest").root.add_method("POST", put)


def clocks(stack: cdk.Stack) -> None:
    """Schedules that call an API action by themselves, and one that puts an event on a bus."""
    queue, topic = sqs.Queue(stack, "Queue"), sns.Topic(stack, "Topic")
    bus, letters = events.EventBus(stack, "Bus"), sqs.Queue(stack, "Letters")
    report = function(stack, "Report")
    nightly = [lambda_.FilterCriteria.filter({"body": {"kind": ["nightly"]}})]
    function(stack, "Drain").add_event_source(sources.SqsEventSource(queue, filters=nightly))
    topic.add_subscription(subscriptions.LambdaSubscription(report))
    on(stack, bus, "OnTick", source=["clock"], detail_type=["Tick"]).add_target(
        targets.LambdaFunction(function(stack, "Ticked"))
    )
    hourly = scheduler.ScheduleExpression.rate(cdk.Duration.hours(1))

    def call(name: str, api: str, given: dict[str, Any], action: str, resource: str) -> None:
        service, _, called = api.partition(":")
        target = scheduled.Universal(
            service=service,
            action=called,
            input=scheduler.ScheduleTargetInput.from_object(given),
            dead_letter_queue=letters,
            policy_statements=[iam.PolicyStatement(actions=[action], resources=[resource])],
        )
        scheduler.Schedule(stack, name, schedule=hourly, target=target)

    message = {"QueueUrl": queue.queue_url, "MessageBody": '{"kind": "nightly"}'}
    call("Send", "sqs:sendMessage", message, "sqs:SendMessage", queue.queue_arn)
    entry = {"EventBusName": bus.event_bus_name, "Source": "clock", "DetailType": "Tick"}
    entries = {"Entries": [{**entry, "Detail": "{}"}]}
    call("Put", "eventbridge:putEvents", entries, "events:PutEvents", bus.event_bus_arn)
    said = {"TopicArn": topic.topic_arn, "Message": "hello"}
    call("Publish", "sns:publish", said, "sns:Publish", topic.topic_arn)
    named = {"FunctionName": report.function_arn, "InvocationType": "Event"}
    call("Invoke", "lambda:invoke", named, "lambda:InvokeFunction", report.function_arn)
    call("Stop", "rds:stopDBCluster", {"DBClusterIdentifier": "x"}, "rds:StopDBCluster", "*")
    tick = scheduled.EventBridgePutEvents(
        scheduled.EventBridgePutEventsEntry(
            event_bus=bus,
            source="clock",
            detail_type="Tick",
            detail=scheduler.ScheduleTargetInput.from_object({}),
        ),
        dead_letter_queue=letters,
    )
    scheduler.Schedule(stack, "Templated", schedule=hourly, target=tick)


def callers(stack: cdk.Stack) -> None:
    """Web addresses of functions, a trigger, a partner's bus, a stream's own consumer, a chat."""
    web = function(stack, "Web")
    web.add_function_url(auth_type=lambda_.FunctionUrlAuthType.NONE)
    function(stack, "Inner").add_function_url(auth_type=lambda_.FunctionUrlAuthType.AWS_IAM)
    triggers = cognito.UserPoolTriggers(post_confirmation=function(stack, "Confirmed"))
    cognito.UserPool(stack, "Pool", lambda_triggers=triggers)
    topic = sns.Topic(stack, "Alarms")
    chatbot.SlackChannelConfiguration(
        stack,
        "Chat",
        slack_channel_configuration_name="on-call",
        slack_workspace_id="T00000000",
        slack_channel_id="C00000000",
        notification_topics=[topic],
    )
    alarm = web.metric_errors().create_alarm(stack, "Failing", threshold=1, evaluation_periods=1)
    alarm.add_alarm_action(actions.SnsAction(topic))
    partner = events.EventBus(stack, "Partner", event_source_name="aws.partner/example.com/one")
    on(stack, partner, "OnPartner", detail_type=["Paid"]).add_target(
        targets.LambdaFunction(function(stack, "Book"))
    )
    stream = kinesis.Stream(stack, "Stream")
    stream.grant_write(web)
    consumer = kinesis.StreamConsumer(stack, "Fan", stream=stream, stream_consumer_name="fan")
    function(stack, "Follow").add_event_source(
        sources.KinesisConsumerEventSource(consumer, starting_position=_FIRST)
    )


def brokers(stack: cdk.Stack) -> None:
    """A broker of Amazon MQ and a Kafka cluster of Amazon MSK, each read by a function."""
    letters = sqs.Queue(stack, "Letters")
    broker = amazonmq.CfnBroker(
        stack,
        "Broker",
        broker_name="packing",
        deployment_mode="SINGLE_INSTANCE",
        engine_type="RABBITMQ",
        host_instance_type="mq.m7g.medium",
        publicly_accessible=False,
        users=[],
    )
    cluster = msk.CfnServerlessCluster(
        stack,
        "Cluster",
        cluster_name="packing",
        client_authentication=msk.CfnServerlessCluster.ClientAuthenticationProperty(
            sasl=msk.CfnServerlessCluster.SaslProperty(
                iam=msk.CfnServerlessCluster.IamProperty(enabled=True)
            )
        ),
        vpc_configs=[],
    )
    packing, counting = function(stack, "Pack"), function(stack, "Count")
    letters.grant_send_messages(counting)
    for one, actions_, arn in (
        (packing, ["mq:DescribeBroker"], broker.attr_arn),
        (counting, ["kafka:DescribeClusterV2", "kafka:GetBootstrapBrokers"], cluster.attr_arn),
    ):
        one.add_to_role_policy(iam.PolicyStatement(actions=actions_, resources=[arn]))
    of = lambda_.CfnEventSourceMapping
    of(
        stack,
        "Packing",
        event_source_arn=broker.attr_arn,
        function_name=packing.function_name,
        queues=["parcels"],
        source_access_configurations=[
            of.SourceAccessConfigurationProperty(type="BASIC_AUTH", uri="arn:secret")
        ],
    )
    of(
        stack,
        "Counting",
        event_source_arn=cluster.attr_arn,
        function_name=counting.function_name,
        topics=["parcels"],
        starting_position="TRIM_HORIZON",
        function_response_types=["ReportBatchItemFailures"],
        maximum_retry_attempts=100,
        provisioned_poller_config=of.ProvisionedPollerConfigProperty(minimum_pollers=1),
        destination_config=of.DestinationConfigProperty(
            on_failure=of.OnFailureProperty(destination=letters.queue_arn)
        ),
    )


APPS: dict[str, tuple[Build, set[str]]] = {
    "streaming": (streaming, {"Work", "Reader", "Lake"}),
    "uploading": (uploading, {"Scan", "Warn"}),
    "devices": (devices, {"Drain", "Count", "Handle", "Things", "someone@example.com"}),
    "apis": (apis, {"Serve"}),
    "clocks": (clocks, {"Drain", "Ticked", "Report", "rds:stopDBCluster"}),
    "brokers": (brokers, {"Pack", "Count"}),
    "callers": (callers, {"Web", "Inner", "Confirmed", "Book", "Follow", "on-call"}),
}
"""Per app what builds it, and the consumers that its ways lead to."""
