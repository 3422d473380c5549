"""Sends messages to a queue in batches, and tells which of them the queue did not take."""

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

MOST = 10
MAX_BYTES = 256 * 1024
"""Limits of one SendMessageBatch call; the bytes are of all its bodies together."""


class NotSent(Exception):
    """The queue did not take a message; the text is its reason."""


def send_all(
    sqs: "SQSClient", queue_url: str, messages: "dict[str, SendMessageBatchRequestEntryTypeDef]"
) -> dict[str, Exception]:
    """Sends the messages, in order; returns the reasons of those that were not sent, by key."""
    errors: dict[str, Exception] = {}
    batch: dict[str, SendMessageBatchRequestEntryTypeDef] = {}
    size = 0
    for key, message in messages.items():
        added = len(message["MessageBody"].encode())
        if batch and (len(batch) == MOST or size + added > MAX_BYTES):
            errors |= _send(sqs, queue_url, batch)
            batch, size = {}, 0
        batch[key] = message
        size += added
    return errors | (_send(sqs, queue_url, batch) if batch else {})


def _send(
    sqs: "SQSClient", queue_url: str, batch: "dict[str, SendMessageBatchRequestEntryTypeDef]"
) -> dict[str, Exception]:
    keys = list(batch)
    entries = [message | {"Id": str(number)} for number, message in enumerate(batch.values())]
    try:
        answer = sqs.send_message_batch(QueueUrl=queue_url, Entries=entries)
    except ClientError as error:
        return dict.fromkeys(batch, error)
    return {
        keys[int(failed["Id"])]: NotSent(f"{failed['Code']}: {failed.get('Message', '')}")
        for failed in answer.get("Failed", [])
    }
