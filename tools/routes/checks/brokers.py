"""What AWS refuses in a reader of a broker's queue or of a Kafka cluster's topic."""

from collections.abc import Iterator

from routes.network.model import Hop

_OF_STREAMS = (
    "BisectBatchOnFunctionError",
    "DestinationConfig",
    "FunctionResponseTypes",
    "MaximumRecordAgeInSeconds",
    "MaximumRetryAttempts",
    "ParallelizationFactor",
    "StartingPosition",
)
_PROVISIONED_ONLY = (
    "BisectBatchOnFunctionError",
    "FunctionResponseTypes",
    "MaximumRecordAgeInSeconds",
    "MaximumRetryAttempts",
)


def refused_of_broker(hop: Hop) -> Iterator[str]:
    """A broker knows neither partial responses nor an end of the tries: its batch comes again.

    https://docs.aws.amazon.com/lambda/latest/dg/services-mq-params.html
    """
    if not hop.polling.get("Queues"):
        yield f"Queues is not set, which {hop.source.label} needs"
    if not hop.polling.get("SourceAccessConfigurations"):
        yield f"SourceAccessConfigurations is not set: {hop.source.label} asks for a user"
    for key in _OF_STREAMS:
        if hop.polling.get(key) is not None:
            yield f"{key} is for streams, {hop.source.label} is a broker"


def refused_of_cluster(hop: Hop) -> Iterator[str]:
    """https://docs.aws.amazon.com/lambda/latest/dg/kafka-retry-configurations.html"""
    if not hop.polling.get("Topics"):
        yield f"Topics is not set, which {hop.source.label} needs"
    if not hop.polling.get("StartingPosition"):
        yield "StartingPosition is not set: a topic is read from LATEST or TRIM_HORIZON"
    if not hop.polling.get("ProvisionedPollerConfig"):
        for key in _PROVISIONED_ONLY:
            if hop.polling.get(key) is not None:
                yield f"{key} of a Kafka topic needs a ProvisionedPollerConfig"
