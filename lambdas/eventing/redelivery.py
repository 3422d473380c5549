"""The handler of every domain's function `redeliver`: delivers what a rule or topic could not.

EventBridge and SNS give up at once on what a permission denies, or whose target is gone. What they
gave up waits in a queue of its rule or subscription. From there each message goes to its target
and to no other, as its rule or topic would have delivered it, later each time until it is taken.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
"""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from botocore.exceptions import ClientError

from eventing.aws import Client
from eventing.consumer import Errors, batch_consumer
from eventing.errors import NeverSucceeds
from eventing.function import Handler, function
from eventing.observability import logger
from eventing.queues import Queue, Queues, attribute
from eventing.records import Record

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_firehose import FirehoseClient
    from mypy_boto3_kinesis import KinesisClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageAttributeValueTypeDef

LOG_STREAM = "redelivered"

REFUSED_FOR_GOOD = {
    "InvalidArgument",
    "InvalidArgumentException",
    "InvalidMessageContents",
    "InvalidParameter",
    "MalformedDetail",
}
"""What no repetition mends. A permission may be granted, and what is gone may be made again."""

SAY_WHAT_FAILED = {
    *("RULE_ARN", "TARGET_ARN", "ERROR_CODE", "ERROR_MESSAGE", "RETRY_ATTEMPTS"),
    *("EXHAUSTED_RETRY_CONDITION", "RequestID", "ErrorCode", "ErrorMessage"),
}
"""Attributes that EventBridge and SNS add to what they could not deliver."""

WAITED_IN = "waitedIn"
"""The attribute of what is set aside that has the ARN of the queue where it waited."""

HOPS = "THIRD_ACCOUNT_HOP_DETECTED"
"""The event came over a bus already: who wants it here has to publish it as an event of theirs."""


class Settings(msgspec.Struct):
    """`targets` has the ARN of each queue's target, by the queue's name, in JSON."""

    targets: str
    undeliverable_url: str


class NotDelivered(Exception):
    """The target did not take a message; the text is its reason."""


class Undelivered(NamedTuple):
    """A message that was not delivered: the queue where it waits, by name, and where it was to go.

    `trace` is its trace's header.
    """

    queue: str
    target: str
    body: str
    attributes: dict[str, Any]
    trace: str | None


class _Event(msgspec.Struct, rename={"detail_type": "detail-type"}):
    source: str
    detail_type: str
    time: str
    detail: msgspec.Raw
    resources: list[str] = []


class _Metadata(msgspec.Struct):
    subject: str


class _Detail(msgspec.Struct):
    metadata: _Metadata


class _Waiting(Queues):
    """The queues of what was not delivered: too many for an environment to describe each."""

    def __init__(self, dead_letters: str, client: Client) -> None:
        super().__init__("{}", client)
        self._dead_letters = dead_letters

    def of(self, record: Record) -> Queue:
        url = _url(self._client("sqs"), record["eventSourceARN"])
        return Queue(self._dead_letters, url)

    def _kept(self, record: Record) -> "dict[str, MessageAttributeValueTypeDef]":
        """All that came with it: it may be redelivered after all, when its target is mended."""
        waited_in = attribute(record["eventSourceARN"])
        return _texts(record.get("messageAttributes", {})) | {WAITED_IN: waited_in}


def make(settings: Settings, client: Client) -> Handler:
    """Delivers each message of a batch to its target; those that it could not come again."""
    targets = msgspec.json.decode(settings.targets, type=dict[str, str])

    def read(record: Record) -> Undelivered:
        attributes = record.get("messageAttributes", {})
        code = attributes.get("ERROR_CODE", {}).get("stringValue")
        if code == HOPS:
            raise NeverSucceeds(f"{code}: {attributes.get('RULE_ARN', {}).get('stringValue')}")
        queue = record["eventSourceARN"].rpartition(":")[2]
        trace = record["attributes"].get("AWSTraceHeader")
        return Undelivered(queue, targets[queue], record["body"], attributes, trace)

    @batch_consumer(_Waiting(settings.undeliverable_url, client), read)
    def handler(messages: dict[str, Undelivered]) -> Errors:
        errors: Errors = {}
        for message_id, message in messages.items():
            try:
                _deliver(message, client)
                logger.info("redelivered", queue=message.queue, target=message.target)
            except NeverSucceeds as error:
                errors[message_id] = error
            except ClientError as error:
                code = error.response["Error"]["Code"]
                final = code in REFUSED_FOR_GOOD
                errors[message_id] = NeverSucceeds(str(error)) if final else error
            except Exception as error:
                logger.exception("not delivered", message_id=message_id, queue=message.queue)
                errors[message_id] = error
        return errors

    return handler


def _deliver(message: Undelivered, client: Client) -> None:
    """NeverSucceeds if there is no way to deliver to such a target."""
    service = message.target.split(":")[2]
    if service not in _WAYS:
        raise NeverSucceeds(f"{message.target} is no bus, topic, queue, stream or log group")
    _WAYS[service](client(service), message)


def _event(message: Undelivered) -> _Event:
    try:
        return msgspec.json.decode(message.body, type=_Event)
    except msgspec.DecodeError as error:
        raise NeverSucceeds(f"no event: {error}") from error


def _put(events: "EventBridgeClient", message: Undelivered) -> None:
    event = _event(message)
    entry: Any = {
        "EventBusName": message.target,
        "Source": event.source,
        "DetailType": event.detail_type,
        "Detail": bytes(event.detail).decode(),
        "Time": event.time,
        "Resources": event.resources,
    }
    if message.trace:
        entry["TraceHeader"] = message.trace
    (answer,) = events.put_events(Entries=[entry])["Entries"]
    code = answer.get("ErrorCode")
    if code:
        reason = f"{code}: {answer.get('ErrorMessage')}"
        raise NeverSucceeds(reason) if code in REFUSED_FOR_GOOD else NotDelivered(reason)


def _publish(sns: "SNSClient", message: Undelivered) -> None:
    sns.publish(TopicArn=message.target, Message=message.body)


def _send(sqs: "SQSClient", message: Undelivered) -> None:
    """With the attributes that the message was published with, not those that say what failed."""
    trace: Any = {"AWSTraceHeader": {"DataType": "String", "StringValue": message.trace}}
    sqs.send_message(
        QueueUrl=_url(sqs, message.target),
        MessageBody=message.body,
        MessageAttributes={
            name: value
            for name, value in _texts(message.attributes).items()
            if name not in SAY_WHAT_FAILED
        },
        **({"MessageSystemAttributes": trace} if message.trace else {}),
    )


def _texts(attributes: dict[str, Any]) -> "dict[str, MessageAttributeValueTypeDef]":
    """Attributes as Lambda hands them over, as they are sent."""
    return {
        name: {"DataType": value["dataType"], "StringValue": value["stringValue"]}
        for name, value in attributes.items()
        if "stringValue" in value
    }


def _log(logs: "CloudWatchLogsClient", message: Undelivered) -> None:
    group = message.target.split(":log-group:")[1].removesuffix(":*")
    line = {"timestamp": round(time.time() * 1000), "message": message.body}
    logs.put_log_events(logGroupName=group, logStreamName=LOG_STREAM, logEvents=[line])  # type: ignore[list-item]


def _append(kinesis: "KinesisClient", message: Undelivered) -> None:
    """Parted as the rule would have: by what the event is about."""
    try:
        detail = msgspec.json.decode(_event(message).detail, type=_Detail)
    except msgspec.DecodeError as error:
        raise NeverSucceeds(f"no event: {error}") from error
    subject = detail.metadata.subject
    kinesis.put_record(StreamARN=message.target, Data=message.body.encode(), PartitionKey=subject)


def _record(firehose: "FirehoseClient", message: Undelivered) -> None:
    name = message.target.rpartition("/")[2]
    firehose.put_record(DeliveryStreamName=name, Record={"Data": message.body.encode()})


_WAYS: dict[str, Callable[[Any, Undelivered], None]] = {
    "events": _put,
    "sns": _publish,
    "sqs": _send,
    "kinesis": _append,
    "firehose": _record,
    "logs": _log,
}


def _url(sqs: "SQSClient", queue_arn: str) -> str:
    account, name = queue_arn.split(":")[4:]
    return f"{sqs.meta.endpoint_url}/{account}/{name}"


handler = function(make, Settings)
