"""How each kind of target takes what a rule or topic could not deliver to it."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec
from botocore.exceptions import ClientError

from eventing.aws import Client
from eventing.errors import NeverSucceeds
from eventing.queues import url_of
from eventing.undelivered import SAY_WHAT_FAILED, Undelivered, texts

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_firehose import FirehoseClient
    from mypy_boto3_kinesis import KinesisClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient

LOG_STREAM = "redelivered"

REFUSED_FOR_GOOD = {
    "InvalidArgument",
    "InvalidArgumentException",
    "InvalidMessageContents",
    "InvalidParameter",
    "MalformedDetail",
}
"""What no repetition mends. A permission may be granted, and what is gone may be made again."""


class NotDelivered(Exception):
    """The target did not take a message; the text is its reason."""


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


def deliver(message: Undelivered, client: Client) -> None:
    """Delivers it to its target. NeverSucceeds if the target refuses it for good, or if there is no
    way to deliver to such a target; NotDelivered or ClientError if it was not taken now.
    """
    service = message.target.split(":")[2]
    if service not in _WAYS:
        raise NeverSucceeds(f"{message.target} is no bus, topic, queue, stream or log group")
    try:
        _WAYS[service](client(service), message)
    except ClientError as error:
        if error.response["Error"]["Code"] in REFUSED_FOR_GOOD:
            raise NeverSucceeds(str(error)) from error
        raise


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
    _, _, _, _, account, bus = message.target.split(":")
    if account == message.account:
        # One that is gone may take events all the same: `eventing.publishing` asks as well.
        events.describe_event_bus(Name=bus.removeprefix("event-bus/"))


def _publish(sns: "SNSClient", message: Undelivered) -> None:
    sns.publish(TopicArn=message.target, Message=message.body)


def _send(sqs: "SQSClient", message: Undelivered) -> None:
    """With the attributes that the message was published with, not those that say what failed."""
    trace: Any = {"AWSTraceHeader": {"DataType": "String", "StringValue": message.trace}}
    sqs.send_message(
        QueueUrl=url_of(sqs, message.target),
        MessageBody=message.body,
        MessageAttributes={
            name: value
            for name, value in texts(message.attributes).items()
            if name not in SAY_WHAT_FAILED
        },
        **({"MessageSystemAttributes": trace} if message.trace else {}),
    )


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
