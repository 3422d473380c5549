"""What buckets, tables and log groups send on."""

from collections.abc import Iterator
from typing import Any

from routes.network.model import Hop
from routes.network.movers.base import Reader, event_of, is_true, named_arn
from routes.network.places import Places
from routes.reading.assembly import Resource
from routes.reading.shapes import an_object, objects, optional_text

S3 = "s3.amazonaws.com"
LOGS = "logs.amazonaws.com"
# As CloudFormation spells them, and as the API that CDK's custom resource calls does.
_NOTIFIED = {
    "LambdaConfigurations": ("Function",),
    "LambdaFunctionConfigurations": ("LambdaFunctionArn",),
    "QueueConfigurations": ("Queue", "QueueArn"),
    "TopicConfigurations": ("Topic", "TopicArn"),
}


def _bucket(bucket: Resource, places: Places) -> Iterator[Hop]:
    """Functions, queues, topics and the default bus get the bucket's notifications."""
    configuration = an_object("NotificationConfiguration", bucket.get("NotificationConfiguration"))
    yield from _notifications(bucket, bucket.arn, configuration, places)


def _custom_notifications(custom: Resource, places: Places) -> Iterator[Hop]:
    """The same, as CDK sets them after the bucket is there."""
    configuration = an_object("NotificationConfiguration", custom.get("NotificationConfiguration"))
    bucket = f"arn:{custom.stack.partition}:s3:::{custom.get('BucketName')}"
    yield from _notifications(custom, bucket, configuration, places)


def _notifications(
    resource: Resource, bucket: str, configuration: dict[str, Any], places: Places
) -> Iterator[Hop]:
    source = places.at(bucket)
    for kind, names in _NOTIFIED.items():
        for each in objects(kind, configuration.get(kind)):
            target = next((each[name] for name in names if name in each), None)
            yield Hop(
                "notification",
                source,
                places.at(target, resource.stack),
                resource,
                settings=each,
                service=S3,
                sender=source.arn,
            )
    bridge = configuration.get("EventBridgeConfiguration")
    if bridge is not None and (bridge == {} or is_true(bridge.get("EventBridgeEnabled", True))):
        bus = places.at(named_arn(resource, "events", "event-bus/default"))
        yield Hop(
            "notification",
            source,
            bus,
            resource,
            settings={"EventBridge": True},
            sends=event_of("aws.s3", None, {"bucket": {"name": bucket.rsplit(":", 1)[-1]}}),
        )


def _table(table: Resource, places: Places) -> Iterator[Hop]:
    """A Kinesis stream gets the changes of the table."""
    stream = an_object("KinesisStreamSpecification", table.get("KinesisStreamSpecification"))
    if stream:
        target = places.at(stream.get("StreamArn"), table.stack)
        yield Hop("notification", places.at(table.arn), target, table, settings=stream)


def _subscription_filter(one: Resource, places: Places) -> Iterator[Hop]:
    """The destination gets the lines of the log group that the filter finds."""
    group = places.at(named_arn(one, "logs", f"log-group:{one.get('LogGroupName')}:*"))
    target = places.at(one.get("DestinationArn"), one.stack)
    yield Hop(
        "log filter",
        group,
        target,
        one,
        role=optional_text("RoleArn", one.get("RoleArn")),
        settings=one.properties,
        service=LOGS,
        sender=group.arn,
        needs_role=target.kind in ("stream", "delivery stream"),
    )


READERS: dict[str, Reader] = {
    "AWS::DynamoDB::Table": _table,
    "AWS::Logs::SubscriptionFilter": _subscription_filter,
    "AWS::S3::Bucket": _bucket,
    "Custom::S3BucketNotifications": _custom_notifications,
}
