"""Lambda: what functions read, and where Lambda sends what became of an invocation."""

from collections.abc import Iterator

from routes.network.model import Hop
from routes.network.movers.base import Reader, criteria
from routes.network.places import Places
from routes.reading.assembly import Resource
from routes.reading.shapes import an_object, optional_text, texts

LAMBDA = "lambda.amazonaws.com"


def _event_source_mapping(mapping: Resource, places: Places) -> Iterator[Hop]:
    """The function reads a queue, a stream or a table's stream."""
    source = mapping.get("EventSourceArn")
    if source is None:
        return  # a self-managed Kafka cluster
    function = places.function(mapping.get("FunctionName"), mapping.stack)
    texts("FunctionResponseTypes", mapping.get("FunctionResponseTypes"))
    an_object("ScalingConfig", mapping.get("ScalingConfig"))
    yield Hop(
        "event source mapping",
        places.at(source, mapping.stack),
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
    )


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


READERS: dict[str, Reader] = {
    "AWS::Lambda::EventInvokeConfig": _invoke_config,
    "AWS::Lambda::EventSourceMapping": _event_source_mapping,
}
