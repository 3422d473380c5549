"""Takes messages out of a queue so that none is lost: each stays there until it is deleted."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from operate.system import System
from routes.network.model import Place

HOLD_S = 900
PEEK_S = 30
BATCH = 10
DEPTHS = {
    "visible": "ApproximateNumberOfMessages",
    "in flight": "ApproximateNumberOfMessagesNotVisible",
    "delayed": "ApproximateNumberOfMessagesDelayed",
}


@dataclass(frozen=True, eq=False)
class Message:
    """A message of a queue. `attributes` are those of its sender, as SendMessage takes them."""

    id: str
    body: str
    attributes: dict[str, dict[str, Any]]
    system: dict[str, str]
    handle: str

    @property
    def texts(self) -> dict[str, str]:
        """The sender's attributes that are texts."""
        return {
            name: str(value["StringValue"])
            for name, value in self.attributes.items()
            if "StringValue" in value
        }

    @property
    def sent(self) -> float:
        """When it was sent, in seconds since 1970."""
        return int(self.system.get("SentTimestamp", 0)) / 1000


@dataclass
class Box:
    """A queue that messages are taken out of.

    `held` are those that were received and neither deleted nor given back yet.
    """

    system: System
    place: Place
    url: str = field(init=False)
    client: Any = field(init=False)
    held: dict[str, Message] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self.client = self.system.client("sqs", self.place)
        self.url = self.system.url(self.place)

    def depths(self) -> dict[str, int]:
        """How many messages there are, by `visible`, `in flight` and `delayed`."""
        answer = self.client.get_queue_attributes(
            QueueUrl=self.url, AttributeNames=list(DEPTHS.values())
        )["Attributes"]
        return {name: int(answer.get(key, 0)) for name, key in DEPTHS.items()}

    def receive(self, limit: int, hold_s: int = HOLD_S) -> Iterator[Message]:
        """Yields up to so many messages, each once; the queue holds them back for `hold_s`."""
        seen: set[str] = set()
        while len(seen) < limit:
            answer = self.client.receive_message(
                QueueUrl=self.url,
                MaxNumberOfMessages=min(BATCH, limit - len(seen)),
                VisibilityTimeout=hold_s,
                WaitTimeSeconds=1,
                MessageAttributeNames=["All"],
                MessageSystemAttributeNames=["All"],
            )
            received = [_message(each) for each in answer.get("Messages", [])]
            self.held |= {message.id: message for message in received}
            fresh = [message for message in received if message.id not in seen]
            if not fresh:
                return
            seen |= {message.id for message in fresh}
            yield from fresh

    def peek(self, limit: int) -> list[Message]:
        """Up to so many messages, which are given back at once; it counts as one receive."""
        limit = min(limit, self.depths()["visible"])
        try:
            return list(self.receive(limit, PEEK_S))
        finally:
            self.give_back()

    def delete(self, message: Message) -> None:
        """Deletes a message that was received."""
        handle = self.held[message.id].handle
        self.client.delete_message(QueueUrl=self.url, ReceiptHandle=handle)
        del self.held[message.id]

    def give_back(self) -> None:
        """Lets all messages that are held be received again at once."""
        messages = list(self.held.values())
        self.held.clear()
        for start in range(0, len(messages), BATCH):
            self.client.change_message_visibility_batch(
                QueueUrl=self.url,
                Entries=[
                    {"Id": str(index), "ReceiptHandle": message.handle, "VisibilityTimeout": 0}
                    for index, message in enumerate(messages[start : start + BATCH])
                ],
            )

    def oldest_s(self, messages: list[Message]) -> float | None:
        """The age of the oldest of these messages, in seconds; else what CloudWatch says last."""
        if messages:
            return max(0.0, time.time() - min(message.sent for message in messages))
        now = time.time()
        try:
            points = self.system.client("cloudwatch", self.place).get_metric_statistics(
                Namespace="AWS/SQS",
                MetricName="ApproximateAgeOfOldestMessage",
                Dimensions=[{"Name": "QueueName", "Value": self.system.name(self.place)}],
                StartTime=now - 900,
                EndTime=now,
                Period=60,
                Statistics=["Maximum"],
            )["Datapoints"]
        except ClientError:
            return None  # who may see queues may not always see metrics
        latest = max(points, key=lambda point: point["Timestamp"], default=None)
        return float(latest["Maximum"]) if latest else None


def _message(received: dict[str, Any]) -> Message:
    return Message(
        id=received["MessageId"],
        body=received["Body"],
        attributes={
            name: {
                key: value[key]
                for key in ("DataType", "StringValue", "BinaryValue")
                if value.get(key) is not None
            }
            for name, value in received.get("MessageAttributes", {}).items()
        },
        system=received.get("Attributes", {}),
        handle=received["ReceiptHandle"],
    )
