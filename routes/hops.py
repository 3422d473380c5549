"""Reads the hops out of an assembly: every resource that moves events, one function a type."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from routes.assembly import Assembly, Resource
from routes.model import Filter, Hop, Scope
from routes.places import Places

_SOURCES_OF_PIPES = ("SqsQueueParameters", "DynamoDBStreamParameters", "KinesisStreamParameters")


def read_hops(assembly: Assembly, places: Places) -> Iterator[Hop]:
    """Yields every hop that the assembly's resources define."""
    for resource in assembly.resources(*_READERS):
        yield from _READERS[resource.type](resource, places)


def _rule(rule: Resource, places: Places) -> Iterator[Hop]:
    pattern = rule.get("EventPattern")
    if pattern is None:
        return  # a schedule: it carries no event of the system
    shared = Filter("event", [parsed(pattern)])
    for target in rule.get("Targets") or []:
        yield Hop(
            "rule",
            places.bus(rule.get("EventBusName"), rule.stack),
            places.at(target.get("Arn"), rule.stack),
            rule,
            [shared],
            enabled=rule.get("State") != "DISABLED",
            role=target.get("RoleArn"),
            dead_letter=(target.get("DeadLetterConfig") or {}).get("Arn"),
            settings=target,
        )


def _archive(archive: Resource, places: Places) -> Iterator[Hop]:
    pattern = archive.get("EventPattern")
    yield Hop(
        "archive",
        places.bus(archive.get("SourceArn"), archive.stack),
        places.at(archive.arn),
        archive,
        [Filter("event", [parsed(pattern)])] if pattern is not None else [],
    )


def _topic(topic: Resource, places: Places) -> Iterator[Hop]:
    for subscription in topic.get("Subscription") or []:
        yield _subscribed(topic, places, topic.arn, subscription)


def _subscription(subscription: Resource, places: Places) -> Iterator[Hop]:
    yield _subscribed(subscription, places, subscription.get("TopicArn"), subscription.properties)


def _subscribed(resource: Resource, places: Places, topic: Any, settings: dict[str, Any]) -> Hop:
    policy = settings.get("FilterPolicy")
    scope: Scope = "body" if settings.get("FilterPolicyScope") == "MessageBody" else "attributes"
    redrive = parsed(settings.get("RedrivePolicy") or {})
    protocol, endpoint = settings.get("Protocol"), settings.get("Endpoint")
    followed = protocol in (None, "sqs", "lambda", "firehose")
    return Hop(
        "subscription",
        places.at(topic, resource.stack),
        places.at(endpoint, resource.stack) if followed else places.endpoint(protocol, endpoint),
        resource,
        [Filter(scope, [parsed(policy)])] if policy else [],
        role=settings.get("SubscriptionRoleArn"),
        dead_letter=redrive.get("deadLetterTargetArn") if isinstance(redrive, dict) else None,
        settings=settings,
    )


def _event_source_mapping(mapping: Resource, places: Places) -> Iterator[Hop]:
    source = mapping.get("EventSourceArn")
    if source is None:
        return  # a self-managed Kafka cluster
    function = places.function(mapping.get("FunctionName"), mapping.stack)
    yield Hop(
        "event source mapping",
        places.at(source, mapping.stack),
        function,
        mapping,
        _criteria(mapping.get("FilterCriteria")),
        enabled=str(mapping.get("Enabled")).lower() != "false",
        role=function.resource.get("Role") if function.resource else None,
        dead_letter=mapping.get("DestinationConfig", "OnFailure", "Destination"),
        settings=mapping.properties,
    )


def _pipe(pipe: Resource, places: Places) -> Iterator[Hop]:
    source = pipe.get("SourceParameters") or {}
    dead_letter = next(
        (
            found["Arn"]
            for key in _SOURCES_OF_PIPES
            if (found := (source.get(key) or {}).get("DeadLetterConfig"))
        ),
        None,
    )
    yield Hop(
        "pipe",
        places.at(pipe.get("Source"), pipe.stack),
        places.at(pipe.get("Target"), pipe.stack),
        pipe,
        _criteria(source.get("FilterCriteria")),
        enabled=pipe.get("DesiredState") != "STOPPED",
        role=pipe.get("RoleArn"),
        dead_letter=dead_letter,
        settings=pipe.properties,
    )


def _delivery_stream(stream: Resource, places: Places) -> Iterator[Hop]:
    for key in ("ExtendedS3DestinationConfiguration", "S3DestinationConfiguration"):
        destination = stream.get(key)
        if destination:
            yield Hop(
                "delivery",
                places.at(stream.arn),
                places.at(destination.get("BucketARN"), stream.stack),
                stream,
                role=destination.get("RoleARN"),
                settings=destination,
            )


def _subscriber(subscriber: Resource, places: Places) -> Iterator[Hop]:
    """A second-generation bus: an event must match every filter."""
    invoke = subscriber.get("InvokeConfiguration") or {}
    filters = subscriber.get("FilterConfiguration", "Filters") or []
    scopes: dict[str, Scope] = {"METADATA": "metadata", "SYSTEM_METADATA": "system metadata"}
    yield Hop(
        "subscriber",
        places.at(subscriber.get("EventBusArn"), subscriber.stack),
        places.at(invoke.get("TargetArn"), subscriber.stack),
        subscriber,
        [
            Filter(scopes.get(each.get("Scope"), "data"), [parsed(each.get("Pattern"))])
            for each in filters
        ],
        enabled=subscriber.get("State") != "STOPPED",
        role=invoke.get("RoleArn"),
        dead_letter=subscriber.get("OnFailureConfiguration", "Arn"),
        settings=subscriber.properties,
    )


def _criteria(criteria: Any) -> list[Filter]:
    filters = (criteria or {}).get("Filters") or []
    patterns = [parsed(each.get("Pattern")) for each in filters]
    return [Filter("record", patterns)] if patterns else []


def parsed(value: Any) -> Any:
    """Returns the JSON in a text; what is not JSON stays the text, for a check to name."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


_READERS: dict[str, Callable[[Resource, Places], Iterator[Hop]]] = {
    "AWS::Events::Archive": _archive,
    "AWS::Events::Rule": _rule,
    "AWS::EventsV2::Subscriber": _subscriber,
    "AWS::KinesisFirehose::DeliveryStream": _delivery_stream,
    "AWS::Lambda::EventSourceMapping": _event_source_mapping,
    "AWS::Pipes::Pipe": _pipe,
    "AWS::SNS::Subscription": _subscription,
    "AWS::SNS::Topic": _topic,
}
