"""Lambda: what functions read, who calls them, and where Lambda sends what became of it."""

from collections.abc import Iterator

from routes.network.model import Hop, Place
from routes.network.movers.base import Reader, criteria
from routes.network.places import Places
from routes.reading.assembly import Resource
from routes.reading.shapes import an_object, optional_text, texts

LAMBDA = "lambda.amazonaws.com"
COGNITO = "cognito-idp.amazonaws.com"
URL = "function URL"


def _event_source_mapping(mapping: Resource, places: Places) -> Iterator[Hop]:
    """The function reads a queue, a stream, a table's stream, a broker's queue or a Kafka topic."""
    source = mapping.get("EventSourceArn")
    if source is None:
        return  # a self-managed Kafka cluster
    function = places.function(mapping.get("FunctionName"), mapping.stack)
    destination = an_object("DestinationConfig", mapping.get("DestinationConfig"))
    an_object("OnFailure", destination.get("OnFailure"))
    texts("FunctionResponseTypes", mapping.get("FunctionResponseTypes"))
    an_object("ScalingConfig", mapping.get("ScalingConfig"))
    yield Hop(
        "event source mapping",
        _read(places.at(source, mapping.stack), places),
        function,
        mapping,
        criteria(mapping.get("FilterCriteria")),
        enabled=str(mapping.get("Enabled")).lower() != "false",
        role=optional_text("Role", function.resource.get("Role")) if function.resource else None,
        dead_letter=optional_text(
            "DestinationConfig", mapping.get("DestinationConfig", "OnFailure", "Destination")
        ),
        settings=mapping.properties,
        service=LAMBDA,
        needs_role=True,
        polling=mapping.properties,
    )


def _read(source: Place, places: Places) -> Place:
    """What a mapping reads: of a consumer with a throughput of its own, the consumer's stream."""
    consumer = source.resource
    if consumer is None or consumer.type != "AWS::Kinesis::StreamConsumer":
        return source
    return places.at(consumer.get("StreamARN"), consumer.stack)


def _invoke_config(config: Resource, places: Places) -> Iterator[Hop]:
    """The destinations get what became of an asynchronous invocation, in the function's role."""
    function = places.function(config.get("FunctionName"), config.stack)
    for outcome in ("OnSuccess", "OnFailure"):
        destination = config.get("DestinationConfig", outcome, "Destination")
        if destination is None:
            continue
        yield Hop(
            "destination",
            function,
            places.at(destination, config.stack),
            config,
            role=optional_text("Role", function.resource.get("Role"))
            if function.resource
            else None,
            settings={"Outcome": outcome, "Arn": destination},
            service=LAMBDA,
            needs_role=True,
        )


def _url(url: Resource, places: Places) -> Iterator[Hop]:
    """The function gets the requests to its own web address."""
    function = url.get("TargetFunctionArn")
    qualifier = f":{url.get('Qualifier')}" if url.get("Qualifier") else ""
    target = places.function(function, url.stack)
    yield Hop(
        URL,
        places.at(url.arn),
        target,
        url,
        settings={**url.properties, "Arn": f"{target.arn}{qualifier}"},
    )


def _user_pool(pool: Resource, places: Places) -> Iterator[Hop]:
    """Functions are called at each step of signing up and in for which they are set."""
    triggers = an_object("LambdaConfig", pool.get("LambdaConfig"))
    for name, value in triggers.items():
        arn = value.get("LambdaArn") if isinstance(value, dict) else value
        if name == "KMSKeyID" or arn is None:
            continue
        yield Hop(
            "trigger",
            places.at(pool.arn),
            places.function(optional_text(name, arn), pool.stack),
            pool,
            settings={"Trigger": name, "Arn": arn},
            service=COGNITO,
            sender=pool.arn,
        )


READERS: dict[str, Reader] = {
    "AWS::Cognito::UserPool": _user_pool,
    "AWS::Lambda::EventInvokeConfig": _invoke_config,
    "AWS::Lambda::EventSourceMapping": _event_source_mapping,
    "AWS::Lambda::Url": _url,
}
