"""Settings of one resource that exclude each other, and parts that cannot be joined."""

import re
from collections.abc import Iterator

from routes.checks.base import Code, Context, Finding, finding, number_of
from routes.checks.settings import values_at
from routes.network.movers.base import is_true
from routes.reading.assembly import Resource
from routes.reading.shapes import JsonObject
from routes.reading.tokens import is_known

CONTRADICTION = Code(
    "S905",
    "error",
    "Settings that exclude each other",
    "CloudFormation fails on it, or one of them is without effect.",
    "Keep the one that is meant.",
)

CODES = [CONTRADICTION]

_SCHEDULE = re.compile(r"rate\([1-9]\d* (minute|hour|day)s?\)|cron\(\S+( \S+){5}\)")
_ONCE = re.compile(r"at\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\)")
_TRANSFORMING = ("Input", "InputPath", "InputTransformer")
_NOT_TAKEN = (("bus", ":event-bus/", "RetryPolicy"), ("log group", ":log-group:", "RoleArn"))
_LEAST_PARTITIONED = 64


def check(context: Context) -> Iterator[Finding]:
    """Yields the findings about settings that exclude each other."""
    for resource in context.routes.assembly.resources("AWS::Lambda::Alias", *_EXCLUDING):
        if resource.type == "AWS::Lambda::Alias":
            yield from _alias_astray(context, resource)
        else:
            for why in _EXCLUDING[resource.type](resource):
                yield finding(CONTRADICTION, resource, why)
    yield from _sent_to_a_reader(context)


def _alias_astray(context: Context, alias: Resource) -> Iterator[Finding]:
    """An alias names a version of its own function."""
    version = context.routes.places.resource_of_token(str(alias.get("FunctionVersion")))
    if version is None or version.type != "AWS::Lambda::Version":
        return
    own, other = (
        context.routes.places.function(each.get("FunctionName"), each.stack)
        for each in (alias, version)
    )
    if own is not other:
        told = f"FunctionVersion is one of {other.label}, FunctionName is {own.name}"
        yield finding(CONTRADICTION, alias, told)


def _rule_excluding(rule: Resource) -> Iterator[str]:
    pattern, schedule = rule.get("EventPattern"), rule.get("ScheduleExpression")
    if pattern is None and schedule is None:
        yield "it has neither an EventPattern nor a ScheduleExpression"
    if schedule is not None and is_known(schedule) and not _SCHEDULE.fullmatch(str(schedule)):
        yield f"ScheduleExpression is {schedule!r}, expected rate(…) or cron(…) with six fields"
    bus = str(rule.get("EventBusName") or "default")
    if schedule and bus.rsplit("/", 1)[-1] != "default":
        yield f"a schedule runs on the default bus only, not on {bus}"
    targets = rule.get("Targets")
    targets = (
        [each for each in targets if isinstance(each, dict)] if isinstance(targets, list) else []
    )
    for target in targets:
        for why in _target_excluding(target):
            yield f"target {target.get('Id')} {why}"
    ids = [str(target.get("Id")) for target in targets]
    yield from (
        f"two targets have the Id {each}" for each in sorted(set(ids)) if ids.count(each) > 1
    )


def _target_excluding(target: JsonObject) -> Iterator[str]:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html

    https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_events_targets.EventBusProps.html
    """
    given = [key for key in _TRANSFORMING if target.get(key) is not None]
    if len(given) > 1:
        yield f"has {' and '.join(given)}"
    for kind, part, key in _NOT_TAKEN:
        if part in str(target.get("Arn")) and target.get(key) is not None:
            yield f"is a {kind}, which takes no {key}"


def _queue_excluding(queue: Resource) -> Iterator[str]:
    fifo = str(queue.get("FifoQueue")).lower() == "true"
    for key in ("ContentBasedDeduplication", "DeduplicationScope", "FifoThroughputLimit"):
        if not fifo and queue.get(key) not in (None, False):
            yield f"{key} is for FIFO queues only"
    scope, limit = queue.get("DeduplicationScope"), queue.get("FifoThroughputLimit")
    if limit == "perMessageGroupId" and scope != "messageGroup":
        yield "FifoThroughputLimit perMessageGroupId needs DeduplicationScope messageGroup"
    managed = str(queue.get("SqsManagedSseEnabled")).lower() == "true"
    if managed and queue.get("KmsMasterKeyId"):
        yield "SqsManagedSseEnabled and KmsMasterKeyId are both set"


def _subscription_excluding(subscription: Resource) -> Iterator[str]:
    protocol, endpoint = str(subscription.get("Protocol")), str(subscription.get("Endpoint"))
    raw = str(subscription.get("RawMessageDelivery")).lower() == "true"
    if raw and protocol not in ("sqs", "http", "https", "firehose"):
        yield f"RawMessageDelivery is not for the protocol {protocol}"
    if protocol in ("sqs", "lambda", "firehose") and endpoint.startswith("arn:"):
        service = endpoint.split(":")[2]
        if is_known(service) and service != protocol:
            yield f"the protocol is {protocol}, the endpoint {endpoint}"


def _integration_excluding(integration: Resource) -> Iterator[str]:
    subtype, uri = integration.get("IntegrationSubtype"), integration.get("IntegrationUri")
    if integration.get("IntegrationType") == "AWS_PROXY" and not subtype and not uri:
        yield "IntegrationType AWS_PROXY needs an IntegrationUri or an IntegrationSubtype"


def _table_excluding(table: Resource) -> Iterator[str]:
    defined = {
        str(each) for each in values_at(table.properties, "AttributeDefinitions[].AttributeName")
    }
    for name in values_at(table.properties, "KeySchema[].AttributeName"):
        if name and str(name) not in defined:
            yield f"the key attribute {name} is not among the AttributeDefinitions"
    has_throughput = table.get("ProvisionedThroughput") is not None
    if table.get("BillingMode") in (None, "PROVISIONED") and not has_throughput:
        yield "BillingMode PROVISIONED, the default, needs a ProvisionedThroughput"


def _sent_to_a_reader(context: Context) -> Iterator[Finding]:
    """A delivery stream that reads a stream takes no records from anyone else."""
    for hop in context.routes.hops:
        stream = hop.target.resource if hop.target.kind == "delivery stream" else None
        if stream and hop.kind != "delivery" and stream.get("KinesisStreamSourceConfiguration"):
            told = f"{hop.target.label} reads a stream and takes no records from others"
            yield finding(CONTRADICTION, hop.resource, told)


def _bus_excluding(bus: Resource) -> Iterator[str]:
    partner, name = bus.get("EventSourceName"), bus.get("Name")
    if partner is not None and is_known([partner, name]) and partner != name:
        yield f"EventSourceName is {partner}: a partner's bus has the same Name, not {name}"
    elif partner is None and str(name).startswith("aws.partner/"):
        yield "the Name is a partner's and EventSourceName is not set"


def _stream_excluding(stream: Resource) -> Iterator[str]:
    mode, shards = stream.get("StreamModeDetails", "StreamMode"), stream.get("ShardCount")
    if mode == "ON_DEMAND" and shards is not None:
        yield "StreamMode ON_DEMAND has no ShardCount"
    if mode == "PROVISIONED" and shards is None:
        yield "StreamMode PROVISIONED needs a ShardCount"


def _delivery_excluding(stream: Resource) -> Iterator[str]:
    kind = stream.get("DeliveryStreamType") or "DirectPut"
    reads = stream.get("KinesisStreamSourceConfiguration") is not None
    if is_known(kind) and reads != (kind == "KinesisStreamAsSource"):
        given = "is set" if reads else "is not"
        yield f"DeliveryStreamType is {kind}, KinesisStreamSourceConfiguration {given}"
    if not any(key.endswith("DestinationConfiguration") for key in stream.properties):
        yield "no DestinationConfiguration is set: its records go nowhere"
    destination = stream.get("ExtendedS3DestinationConfiguration")
    if isinstance(destination, dict):
        yield from _bucket_excluding(destination)


def _bucket_excluding(destination: JsonObject) -> Iterator[str]:
    """https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html"""
    prefix, failed = (str(destination.get(key) or "") for key in ("Prefix", "ErrorOutputPrefix"))
    if "!{" in prefix and not failed:
        yield "a Prefix with expressions needs an ErrorOutputPrefix"
    if "error-output-type" in prefix:
        yield "Prefix has !{firehose:error-output-type}, which is for the ErrorOutputPrefix"
    if "!{partitionKey" in failed:
        yield "ErrorOutputPrefix has a partition key, of which what failed has none"
    partitions = destination.get("DynamicPartitioningConfiguration") or {}
    on = isinstance(partitions, dict) and is_true(partitions.get("Enabled"))
    if on and not failed:
        yield "dynamic partitioning needs an ErrorOutputPrefix"
    if not on and "!{partitionKey" in prefix:
        yield "Prefix has a partition key and DynamicPartitioningConfiguration is not enabled"
    hints = destination.get("BufferingHints")
    size = number_of(hints.get("SizeInMBs")) if isinstance(hints, dict) else None
    if on and size is not None and size < _LEAST_PARTITIONED:
        yield f"SizeInMBs is {size:g}, with dynamic partitioning {_LEAST_PARTITIONED} at least"
    log = destination.get("CloudWatchLoggingOptions")
    if isinstance(log, dict) and is_true(log.get("Enabled")):
        for name in ("LogGroupName", "LogStreamName"):
            if not log.get(name):
                yield f"CloudWatchLoggingOptions is Enabled and has no {name}"
    if destination.get("S3BackupMode") == "Enabled" and not destination.get(
        "S3BackupConfiguration"
    ):
        yield "S3BackupMode is Enabled and there is no S3BackupConfiguration"


def _schedule_excluding(schedule: Resource) -> Iterator[str]:
    expression, window = schedule.get("ScheduleExpression"), schedule.get("FlexibleTimeWindow")
    once = _ONCE.fullmatch(str(expression))
    if is_known(expression) and not once and not _SCHEDULE.fullmatch(str(expression)):
        yield f"ScheduleExpression is {expression!r}, expected at(…), rate(…) or cron(…)"
    if isinstance(window, dict):
        minutes = window.get("MaximumWindowInMinutes")
        if window.get("Mode") == "FLEXIBLE" and minutes is None:
            yield "FlexibleTimeWindow FLEXIBLE needs MaximumWindowInMinutes"
        if window.get("Mode") == "OFF" and minutes is not None:
            yield "FlexibleTimeWindow OFF has no MaximumWindowInMinutes"


_EXCLUDING = {
    "AWS::ApiGatewayV2::Integration": _integration_excluding,
    "AWS::DynamoDB::Table": _table_excluding,
    "AWS::Events::EventBus": _bus_excluding,
    "AWS::Events::Rule": _rule_excluding,
    "AWS::Kinesis::Stream": _stream_excluding,
    "AWS::KinesisFirehose::DeliveryStream": _delivery_excluding,
    "AWS::SNS::Subscription": _subscription_excluding,
    "AWS::SQS::Queue": _queue_excluding,
    "AWS::Scheduler::Schedule": _schedule_excluding,
}
