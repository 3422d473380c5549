"""Sends messages to a queue or a topic in batches, and tells which of them were not taken."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sns.type_defs import PublishBatchRequestEntryTypeDef
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

MOST = 10
MAX_BYTES = 256 * 1024
"""Limits of one SendMessageBatch or PublishBatch call; the bytes are of all its messages together,
with their attributes.
"""

Batch = dict[str, Mapping[str, Any]]
"""Messages of one call, by key."""


class NotSent(Exception):
    """The queue or topic did not take a message; the text is its reason."""


def send_all(
    sqs: "SQSClient",
    queue_url: str,
    messages: "Mapping[str, SendMessageBatchRequestEntryTypeDef]",
) -> dict[str, Exception]:
    """Sends the messages, in order; returns the reasons of those that were not sent, by key."""

    def send(entries: Any) -> Any:
        return sqs.send_message_batch(QueueUrl=queue_url, Entries=entries)

    return _in_batches(messages, "MessageBody", send)


def publish_all(
    sns: "SNSClient", topic_arn: str, messages: "Mapping[str, PublishBatchRequestEntryTypeDef]"
) -> dict[str, Exception]:
    """The same for messages of a topic."""

    def publish(entries: Any) -> Any:
        return sns.publish_batch(TopicArn=topic_arn, PublishBatchRequestEntries=entries)

    return _in_batches(messages, "Message", publish)


def _in_batches(
    messages: Mapping[str, Mapping[str, Any]], body: str, call: Callable[[Any], Any]
) -> dict[str, Exception]:
    errors: dict[str, Exception] = {}
    for batch in _batches(messages, body):
        errors |= _send(batch, call)
    return errors


def _batches(messages: Mapping[str, Mapping[str, Any]], body: str) -> Iterator[Batch]:
    """The same messages in order, as one call may hold them."""
    batch: Batch = {}
    size = 0
    for key, message in messages.items():
        added = _bytes(message, body)
        if batch and (len(batch) == MOST or size + added > MAX_BYTES):
            yield batch
            batch, size = {}, 0
        batch[key] = message
        size += added
    if batch:
        yield batch


def _bytes(message: Mapping[str, Any], body: str) -> int:
    """The size of a message, whose attributes are texts."""
    texts = [message[body]]
    for name, attribute in message.get("MessageAttributes", {}).items():
        texts += [name, attribute["DataType"], attribute["StringValue"]]
    return sum(len(text.encode()) for text in texts)


def _send(batch: Batch, call: Callable[[Any], Any]) -> dict[str, Exception]:
    keys = list(batch)
    entries = [{**message, "Id": str(number)} for number, message in enumerate(batch.values())]
    try:
        answer = call(entries)
    except ClientError as error:
        return dict.fromkeys(batch, error)
    return {
        keys[int(failed["Id"])]: NotSent(f"{failed['Code']}: {failed.get('Message', '')}")
        for failed in answer.get("Failed", [])
    }
