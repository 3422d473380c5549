"""Reads the hops out of an assembly: every resource that moves events, one function a type."""

from collections.abc import Callable, Iterator
from typing import Any

from routes.filters.model import Filter, Scope
from routes.network.model import Hop
from routes.network.places import Places
from routes.reading.assembly import Assembly, Resource
from routes.reading.shapes import Malformed, an_object, objects, optional_text, parsed, texts

_SOURCES_OF_PIPES = ("SqsQueueParameters", "DynamoDBStreamParameters", "KinesisStreamParameters")


def read_hops(
    assembly: Assembly, places: Places, malformed: list[tuple[Resource, Malformed]]
) -> Iterator[Hop]:
    """Yields every hop that the assembly's resources define; adds those it cannot read."""
    for resource in assembly.resources(*_READERS):
        try:
            yield from list(_READERS[resource.type](resource, places))
        except Malformed as problem:
            malformed.append((resource, problem))


def _rule(rule: Resource, places: Places) -> Iterator[Hop]:
    """Each target gets what the pattern matches."""
    pattern = rule.get("EventPattern")
    if pattern is None:
        return  # a schedule: it carries no event of the system
    shared = Filter("event", [parsed(pattern)])
    for target in objects("Targets", rule.get("Targets")):
        letters = an_object("DeadLetterConfig", target.get("DeadLetterConfig"))
        optional_text("InputPath", target.get("InputPath"))
        transformer = an_object("InputTransformer", target.get("InputTransformer"))
        for path in an_object("InputPathsMap", transformer.get("InputPathsMap")).values():
            optional_text("InputPathsMap", path)
        an_object("EcsParameters", target.get("EcsParameters"))
        yield Hop(
            "rule",
            places.bus(rule.get("EventBusName"), rule.stack),
            places.at(target.get("Arn"), rule.stack),
            rule,
            [shared],
            enabled=rule.get("State") != "DISABLED",
            role=optional_text("RoleArn", target.get("RoleArn") or rule.get("RoleArn")),
            dead_letter=optional_text("DeadLetterConfig.Arn", letters.get("Arn")),
            settings=target,
        )


def _archive(archive: Resource, places: Places) -> Iterator[Hop]:
    """The archive keeps what its pattern matches."""
    pattern = archive.get("EventPattern")
    yield Hop(
        "archive",
        places.bus(archive.get("SourceArn"), archive.stack),
        places.at(archive.arn),
        archive,
        [Filter("event", [parsed(pattern)])] if pattern is not None else [],
    )


def _topic(topic: Resource, places: Places) -> Iterator[Hop]:
    """Each subscription that stands in the topic itself."""
    for subscription in objects("Subscription", topic.get("Subscription")):
        yield _subscribed(topic, places, topic.arn, subscription)


def _subscription(subscription: Resource, places: Places) -> Iterator[Hop]:
    """The endpoint gets what the filter policy lets through."""
    yield _subscribed(subscription, places, subscription.get("TopicArn"), subscription.properties)


def _subscribed(resource: Resource, places: Places, topic: Any, settings: dict[str, Any]) -> Hop:
    policy = settings.get("FilterPolicy")
    scope: Scope = "body" if settings.get("FilterPolicyScope") == "MessageBody" else "attributes"
    redrive = an_object("RedrivePolicy", parsed(settings.get("RedrivePolicy") or {}))
    protocol, endpoint = settings.get("Protocol"), settings.get("Endpoint")
    followed = protocol in (None, "sqs", "lambda", "firehose")
    return Hop(
        "subscription",
        places.at(topic, resource.stack),
        places.at(endpoint, resource.stack) if followed else places.endpoint(protocol, endpoint),
        resource,
        [Filter(scope, [parsed(policy)])] if policy else [],
        role=optional_text("SubscriptionRoleArn", settings.get("SubscriptionRoleArn")),
        dead_letter=optional_text("RedrivePolicy", redrive.get("deadLetterTargetArn")),
        settings=settings,
    )


def _event_source_mapping(mapping: Resource, places: Places) -> Iterator[Hop]:
    """The function reads a queue, a stream or a table's stream."""
    source = mapping.get("EventSourceArn")
    if source is None:
        return  # a self-managed Kafka cluster
    function = places.function(mapping.get("FunctionName"), mapping.stack)
    texts("FunctionResponseTypes", mapping.get("FunctionResponseTypes"))
    yield Hop(
        "event source mapping",
        places.at(source, mapping.stack),
        function,
        mapping,
        _criteria(mapping.get("FilterCriteria")),
        enabled=str(mapping.get("Enabled")).lower() != "false",
        role=optional_text("Role", function.resource.get("Role")) if function.resource else None,
        dead_letter=optional_text(
            "DestinationConfig", mapping.get("DestinationConfig", "OnFailure", "Destination")
        ),
        settings=mapping.properties,
    )


def _pipe(pipe: Resource, places: Places) -> Iterator[Hop]:
    """The target gets what the source holds and the filter lets through."""
    source = an_object("SourceParameters", pipe.get("SourceParameters"))
    letters = [
        an_object("DeadLetterConfig", an_object(key, source.get(key)).get("DeadLetterConfig"))
        for key in _SOURCES_OF_PIPES
    ]
    dead_letter = next((found["Arn"] for found in letters if "Arn" in found), None)
    parameters = an_object("TargetParameters", pipe.get("TargetParameters"))
    for key in ("EcsTaskParameters", "StepFunctionStateMachineParameters"):
        an_object(key, parameters.get(key))
    yield Hop(
        "pipe",
        places.at(pipe.get("Source"), pipe.stack),
        places.at(pipe.get("Target"), pipe.stack),
        pipe,
        _criteria(source.get("FilterCriteria")),
        enabled=pipe.get("DesiredState") != "STOPPED",
        role=optional_text("RoleArn", pipe.get("RoleArn")),
        dead_letter=optional_text("DeadLetterConfig.Arn", dead_letter),
        settings=pipe.properties,
    )


def _delivery_stream(stream: Resource, places: Places) -> Iterator[Hop]:
    """The bucket gets the records of the stream."""
    for key in ("ExtendedS3DestinationConfiguration", "S3DestinationConfiguration"):
        destination = an_object(key, stream.get(key))
        if destination:
            yield Hop(
                "delivery",
                places.at(stream.arn),
                places.at(destination.get("BucketARN"), stream.stack),
                stream,
                role=optional_text("RoleARN", destination.get("RoleARN")),
                settings=destination,
            )


def _subscriber(subscriber: Resource, places: Places) -> Iterator[Hop]:
    """The target gets what every filter of the second-generation bus matches."""
    invoke = an_object("InvokeConfiguration", subscriber.get("InvokeConfiguration"))
    filters = objects("Filters", subscriber.get("FilterConfiguration", "Filters"))
    scopes: dict[str, Scope] = {"METADATA": "metadata", "SYSTEM_METADATA": "system metadata"}
    yield Hop(
        "subscriber",
        places.at(subscriber.get("EventBusArn"), subscriber.stack),
        places.at(invoke.get("TargetArn"), subscriber.stack),
        subscriber,
        [
            Filter(scopes.get(str(each.get("Scope")), "data"), [parsed(each.get("Pattern"))])
            for each in filters
        ],
        enabled=subscriber.get("State") != "STOPPED",
        role=optional_text("RoleArn", invoke.get("RoleArn")),
        dead_letter=optional_text("Arn", subscriber.get("OnFailureConfiguration", "Arn")),
        settings=subscriber.properties,
    )


def _criteria(criteria: Any) -> list[Filter]:
    filters = objects("Filters", an_object("FilterCriteria", criteria).get("Filters"))
    patterns = [parsed(each.get("Pattern")) for each in filters]
    return [Filter("record", patterns)] if patterns else []


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

FOLLOWED = {
    kind: (read.__doc__ or "").split("\n")[0].rstrip(".") for kind, read in _READERS.items()
}
"""Per resource type that moves events, what is followed of it."""
