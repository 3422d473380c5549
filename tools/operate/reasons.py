"""Why a message is a dead letter: what EventBridge, SNS, Lambda and our own consumers note on it.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html
https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
"""

import json
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from operate.messages import Message

# Code and text, of EventBridge, of SNS, and of a consumer that gives a message up itself.
_NOTED = (
    ("ERROR_CODE", "ERROR_MESSAGE"),
    ("ErrorCode", "ErrorMessage"),
    ("errorType", "error"),
)
WAITED_IN = "waitedIn"
"""What a function that redelivers notes on what it gives up: the ARN of the queue it was in."""

NOTES = frozenset(
    {name for pair in _NOTED for name in pair}
    | {
        WAITED_IN,
        "RULE_ARN",
        "TARGET_ARN",
        "RETRY_ATTEMPTS",
        "EXHAUSTED_RETRY_CONDITION",
        "RequestID",
    }
)
"""The attributes that say why a message is here; it did not have them before."""

STREAM_BATCHES = ("DDBStreamBatchInfo", "KinesisBatchInfo")
# What differs from message to message with the same reason: ids, and long numbers in them.
_VARIES = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[A-Z]{2,}-\d{4,}")


def reason(message: Message) -> str:
    """Why a message is here, on one line."""
    texts = message.texts
    for code, text in _NOTED:
        if code in texts or text in texts:
            noted = f"{texts.get(code, '')}: {texts.get(text, '')}".strip(": ")
            return " ".join(noted.split())
    record = failure_record(message)
    if record is not None:
        context = record.get("requestContext", {})
        error = record.get("responseContext", {}).get("functionError")
        size = batch_info(record).get("batchSize", "?")
        return f"{context.get('condition')}: {size} records" + (f" ({error})" if error else "")
    times = message.system.get("ApproximateReceiveCount", "?")
    if "DeadLetterQueueSourceArn" in message.system:
        return "its consumer failed each time it got it; see the consumer's log"
    return f"no reason is noted on it (received {times} times)"


def grouped(messages: Iterable[Message]) -> list[tuple[str, int]]:
    """The reasons, ids left out of them, with how many messages have each; the most first."""
    return Counter(_VARIES.sub("…", reason(message)) for message in messages).most_common()


def failure_record(message: Message) -> dict[str, Any] | None:
    """What Lambda tells of the records of a stream that it gave up; None where it is not that."""
    try:
        record = json.loads(message.body)
    except ValueError:
        return None
    if not isinstance(record, dict) or not any(key in record for key in STREAM_BATCHES):
        return None
    return record


def batch_info(record: dict[str, Any]) -> dict[str, Any]:
    """Which records of which stream a failure record speaks of."""
    found: dict[str, Any] = next(record[key] for key in STREAM_BATCHES if key in record)
    return found
