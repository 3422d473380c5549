"""What becomes of a message that failed: tried again later and later, or a dead letter at once."""

import base64
import random
import re
import time
from typing import TYPE_CHECKING, Any

import msgspec

from eventing.aws import Client
from eventing.records import Record

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageAttributeValueTypeDef

FIRST_PAUSE_S = 5
LONGEST_PAUSE_S = 15 * 60
LONGEST_PAUSE_OF_A_GROUP_S = 30
"""In a FIFO queue, the messages of its group wait with it: for no longer than must be, so that all
receives, a thousand, still take six hours.
"""

_REFUSED = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""A character that no message of SQS may have."""


class Queue(msgspec.Struct, frozen=True):
    """What the function consumes, and its dead-letter queue. A stream or a broker has no URL."""

    dead_letters: str
    url: str | None = None


class Queues:
    """The queues of a function by ARN, read from the JSON that the environment has for them."""

    def __init__(self, described: str, client: Client) -> None:
        self._by_arn = msgspec.json.decode(described, type=dict[str, Queue])
        # The client is made when a message fails: most invocations need none.
        self._client = client

    def of(self, record: Record) -> Queue:
        """The queue that a message came from. KeyError if it is none of the function's."""
        return self._by_arn[record["eventSourceARN"]]

    def set_aside(self, record: Record, error: BaseException) -> None:
        """Sends the message to the dead-letter queue of its queue, with the error as attributes.

        Whoever calls it acknowledges the message afterwards: a crash between leaves it twice.
        """
        sqs: SQSClient = self._client("sqs")
        group = record["attributes"].get("MessageGroupId")
        fifo: Any = {"MessageGroupId": group, "MessageDeduplicationId": record["messageId"]}
        sqs.send_message(
            QueueUrl=self.of(record).dead_letters,
            MessageBody=_sendable(record["body"]),
            MessageAttributes={
                **self._kept(record),
                "errorType": attribute(type(error).__name__),
                "error": attribute(str(error)),
            },
            **(fifo if group else {}),
        )

    def _kept(self, record: Record) -> "dict[str, MessageAttributeValueTypeDef]":  # noqa: ARG002
        """The attributes that a dead letter has besides its error."""
        return {}

    def back_off(self, record: Record) -> None:
        """Hides the message for a time that doubles with each failure, with jitter.

        A stream or a broker hands it over again when it will.
        """
        url = self.of(record).url
        if url is None:
            return
        sqs: SQSClient = self._client("sqs")
        received = int(record["attributes"]["ApproximateReceiveCount"])
        group = record["attributes"].get("MessageGroupId")
        longest = LONGEST_PAUSE_OF_A_GROUP_S if group else LONGEST_PAUSE_S
        pause = min(longest, FIRST_PAUSE_S * 2 ** min(received - 1, 10))
        sqs.change_message_visibility(
            QueueUrl=url,
            ReceiptHandle=record["receiptHandle"],
            VisibilityTimeout=round(pause * random.uniform(0.75, 1)),
        )


def age_of(record: Record) -> float:
    """For how many seconds a message has waited since it was sent; 0 where its source does not say.

    The clock that stamped it is another: it may be ahead by a little.
    """
    sent = record["attributes"].get("SentTimestamp")
    return max(0.0, time.time() - int(sent) / 1000) if sent else 0.0


def _sendable(body: str) -> str:
    """The body as SQS takes it: not empty, and in base64 where it has what SQS refuses. What a
    broker or Kafka hands over may be either, and would come again and again.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
    """
    if _REFUSED.search(body):
        return base64.b64encode(body.encode()).decode()
    return body or "-"


def attribute(text: str) -> "MessageAttributeValueTypeDef":
    """The text as an attribute may have it: not empty, not long, of printable characters."""
    sendable = "".join(each if each.isprintable() else " " for each in text[:1_000])
    return {"DataType": "String", "StringValue": sendable or "-"}


def url_of(sqs: "SQSClient", queue_arn: str) -> str:
    """The URL of a queue, in whichever account it is."""
    account, name = queue_arn.split(":")[4:]
    return f"{sqs.meta.endpoint_url}/{account}/{name}"
