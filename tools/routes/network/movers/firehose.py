"""Amazon Data Firehose: what a delivery stream reads, and where it puts the records."""

from collections.abc import Iterator
from typing import Any

from routes.network.model import Hop, Place
from routes.network.movers.base import Reader
from routes.network.places import Places
from routes.reading.assembly import Resource
from routes.reading.shapes import an_object, objects, optional_text

FIREHOSE = "firehose.amazonaws.com"
_BUCKETS = ("ExtendedS3DestinationConfiguration", "S3DestinationConfiguration")
# Other destinations, which keep what fails, or a copy of all, in a bucket.
_OTHERS = {
    "AmazonOpenSearchServerlessDestinationConfiguration": "OpenSearch",
    "AmazonopensearchserviceDestinationConfiguration": "OpenSearch",
    "ElasticsearchDestinationConfiguration": "OpenSearch",
    "HttpEndpointDestinationConfiguration": "HTTP",
    "IcebergDestinationConfiguration": "Iceberg",
    "RedshiftDestinationConfiguration": "Redshift",
    "SnowflakeDestinationConfiguration": "Snowflake",
    "SplunkDestinationConfiguration": "Splunk",
}


def _delivery_stream(stream: Resource, places: Places) -> Iterator[Hop]:
    """The bucket gets the records of the stream, which may read another stream."""
    key = "KinesisStreamSourceConfiguration"
    kinesis = an_object(key, stream.get(key))
    if kinesis:
        source = places.at(kinesis.get("KinesisStreamARN"), stream.stack)
        yield _hop(source, places.at(stream.arn), stream, kinesis)
    for key in _BUCKETS:
        destination = an_object(key, stream.get(key))
        if destination:
            yield from _into_bucket(stream, destination, places)
    for key, name in _OTHERS.items():
        destination = an_object(key, stream.get(key))
        if destination:
            told = places.endpoint(name, stream.name)
            yield _hop(places.at(stream.arn), told, stream, destination)
            backup = an_object("S3Configuration", destination.get("S3Configuration"))
            yield from _into_bucket(stream, backup, places)


def _into_bucket(stream: Resource, destination: dict[str, Any], places: Places) -> Iterator[Hop]:
    if destination.get("BucketARN") is None:
        return
    an_object("EncryptionConfiguration", destination.get("EncryptionConfiguration"))
    bucket = places.at(destination["BucketARN"], stream.stack)
    yield _hop(places.at(stream.arn), bucket, stream, destination)
    backup = an_object("S3BackupConfiguration", destination.get("S3BackupConfiguration"))
    if backup:
        yield from _into_bucket(stream, backup, places)


def _hop(source: Place, target: Place, stream: Resource, settings: dict[str, Any]) -> Hop:
    return Hop(
        "delivery",
        source,
        target,
        stream,
        role=optional_text("RoleARN", settings.get("RoleARN")),
        settings=settings,
        service=FIREHOSE,
        needs_role=True,
    )


def transformers(settings: dict[str, Any]) -> Iterator[str]:
    """Yields the ARN of each function that a delivery has change its records on the way."""
    processing = an_object("ProcessingConfiguration", settings.get("ProcessingConfiguration"))
    for processor in objects("Processors", processing.get("Processors")):
        for parameter in objects("Parameters", processor.get("Parameters")):
            if parameter.get("ParameterName") == "LambdaArn":
                yield str(parameter.get("ParameterValue"))


def prefixes(settings: dict[str, Any]) -> Iterator[str]:
    """Yields how the keys of what a delivery writes begin: of its records, of what failed.

    https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html
    """
    for name in ("Prefix", "ErrorOutputPrefix"):
        prefix = optional_text(name, settings.get(name))
        if prefix is not None or name == "Prefix":
            yield (prefix or "").partition("!{")[0]


READERS: dict[str, Reader] = {"AWS::KinesisFirehose::DeliveryStream": _delivery_stream}
