"""Sends to a queue, topic, function, stream, log group or bus, and knows what was accepted."""

import contextlib
import time
from typing import Any

from operate.messages import Message
from operate.system import System
from routes.network.model import Place

LOG_STREAM = "redriven"


class Refused(Exception):
    """A message was not accepted; the message says by whom and why."""


def send(
    system: System,
    target: Place,
    body: str,
    message: Message,
    attributes: dict[str, Any],
    group: str | None = None,
) -> None:
    """Sends a body to a target of a rule or a queue; `message` is what it is redriven from.

    `group` is the message group of a FIFO queue, or the partition key of a stream.
    Raises Refused or ClientError when it was not accepted.
    """
    if target.kind == "queue":
        _to_queue(system, target, body, message, attributes, group)
    elif target.kind == "topic":
        system.client("sns", target).publish(
            TopicArn=system.arn(target), Message=body, MessageAttributes=attributes
        )
    elif target.kind == "function":
        system.client("lambda", target).invoke(
            # With the qualifier, where EventBridge has noted one.
            FunctionName=message.texts.get("TARGET_ARN", system.arn(target)),
            InvocationType="Event",
            Payload=body.encode(),
        )
    elif target.kind == "stream":
        system.client("kinesis", target).put_record(
            StreamName=system.name(target), Data=body.encode(), PartitionKey=group or message.id
        )
    elif target.kind == "delivery stream":
        system.client("firehose", target).put_record(
            DeliveryStreamName=system.name(target), Record={"Data": body.encode()}
        )
    elif target.kind == "log group":
        _to_log_group(system, target, body)
    else:
        raise Refused(f"{target.label}: this kind of target has no redrive; replay the archive")


def put_event(
    system: System, bus: Place, entry: dict[str, Any], *, by: Place | None = None
) -> None:
    """Puts an entry on a bus, as the account of `by`, or of the bus itself.

    Raises Refused with the bus's answer when it refuses the entry, ClientError the call.
    """
    entry = {**entry, "EventBusName": system.arn(bus)}
    [answer] = put_events(system, bus, [entry], by=by)
    if "ErrorCode" in answer:
        raise Refused(f"{bus.label}: {answer['ErrorCode']}: {answer.get('ErrorMessage', '')}")


def put_events(
    system: System, bus: Place, entries: list[dict[str, Any]], *, by: Place | None = None
) -> list[Any]:
    """The answers to entries put on a bus, as the account of `by`, or of the bus itself.

    Raises ClientError when the bus refuses them all, or is one of the app's that is not there: it
    may have taken them then, and lost them. https://github.com/aws/aws-sdk/issues/186
    """
    answers = system.client("events", by or bus).put_events(Entries=entries)["Entries"]
    if bus.resource is not None:
        system.client("events", bus).describe_event_bus(Name=system.name(bus))
    return list(answers)


def _to_queue(
    system: System,
    queue: Place,
    body: str,
    message: Message,
    attributes: dict[str, Any],
    group: str | None,
) -> None:
    url = system.url(queue)
    trace = message.system.get("AWSTraceHeader")
    more: dict[str, Any] = {}
    if trace:
        header = {"DataType": "String", "StringValue": trace}
        more["MessageSystemAttributes"] = {"AWSTraceHeader": header}
    if url.endswith(".fifo"):
        more |= {
            "MessageGroupId": group or message.system.get("MessageGroupId", message.id),
            # Of its own, or the queue would take it for what it had; the same if it is repeated.
            "MessageDeduplicationId": f"redriven-{message.id}",
        }
    system.client("sqs", queue).send_message(
        QueueUrl=url, MessageBody=body, MessageAttributes=attributes, **more
    )


def _to_log_group(system: System, group: Place, body: str) -> None:
    logs, name = system.client("logs", group), system.name(group)
    stream = {"logGroupName": name, "logStreamName": LOG_STREAM}
    with contextlib.suppress(logs.exceptions.ResourceAlreadyExistsException):
        logs.create_log_stream(**stream)
    entry = {"timestamp": int(time.time() * 1000), "message": body}
    rejected = logs.put_log_events(**stream, logEvents=[entry]).get("rejectedLogEventsInfo")
    if rejected:
        raise Refused(f"{group.label}: {rejected}")
