"""What Lambda hands to a handler: requests, batches of a queue, batches of a stream."""

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from contracts.language.catalog import CURRENT
from contracts.language.envelope import Metadata
from contracts.language.types import Contract
from eventing import outbox
from eventing.dynamodb import to_item
from eventing.events import Event

AT = datetime(2026, 11, 23, 10, tzinfo=UTC)
SENT = str(round(AT.timestamp() * 1000))
"""When each message was sent, in milliseconds."""


@dataclass(frozen=True)
class Context:
    """The context that Lambda passes, as far as a handler reads it."""

    function_name: str = "function"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:eu-west-1:123456789012:function:function"
    aws_request_id: str = "invocation-1"

    def get_remaining_time_in_millis(self) -> int:
        """All of it: nothing in a test takes time, unless the test says so."""
        return 20_000


CONTEXT: Any = Context()


def request(
    body: str | dict[str, Any] | None = None,
    *,
    id: str | None = None,
    key: str | None = None,
    encoded: bool = False,
    request_id: str = "request-1",
) -> dict[str, Any]:
    """A request in the HTTP API's payload format 2.0; a dictionary stands for its JSON."""
    made: dict[str, Any] = {
        "version": "2.0",
        "headers": {"content-type": "application/json"}
        | ({} if key is None else {"idempotency-key": key}),
        "requestContext": {"requestId": request_id},
        "isBase64Encoded": encoded,
    }
    if body is not None:
        text = body if isinstance(body, str) else json.dumps(body)
        made["body"] = base64.b64encode(text.encode()).decode() if encoded else text
    if id is not None:
        made["pathParameters"] = {"id": id}
    return made


def answered(response: dict[str, Any]) -> tuple[int, Any]:
    """A response's status and what its body says."""
    return response["statusCode"], json.loads(response["body"])


def event(data: Any, event_id: str | None = None) -> str:
    """The event, as a rule delivers it, that says `data`. It is about what its first field names.

    Both its correlation and its cause are the request of that.
    """
    kind = CURRENT[type(data)]
    subject = getattr(data, data.__struct_fields__[0])
    metadata = Metadata(
        id=event_id or f"{kind.detail_type}-{subject}",
        version=kind.version,
        occurred_at=AT,
        correlation_id=f"request-of-{subject}",
        causation_id=f"request-of-{subject}",
        subject=subject,
    )
    return msgspec.json.encode(
        {
            "version": "0",
            "id": "6c1e4ef6-df0d-532f-879e-748c1f7a4933",
            "source": kind.source,
            "detail-type": kind.detail_type,
            "detail": {"metadata": metadata, "data": data},
        }
    ).decode()


def batch(*bodies: str | Contract) -> dict[str, Any]:
    """Messages of a queue, with the ids message-0, message-1, …; data stands for its event."""
    return {
        "Records": [
            {
                "messageId": f"message-{n}",
                "receiptHandle": f"receipt-{n}",
                "body": body if isinstance(body, str) else event(body),
                "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": SENT},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:queue",
                "awsRegion": "eu-west-1",
            }
            for n, body in enumerate(bodies)
        ]
    }


def in_stream(record: dict[str, Any], arn: str) -> dict[str, Any]:
    """A message as the record of a Kinesis stream; its id is its sequence number."""
    return {
        "eventSource": "aws:kinesis",
        "eventSourceARN": arn,
        "eventID": f"shardId-000000000000:{record['messageId']}",
        "kinesis": {
            "sequenceNumber": record["messageId"],
            "partitionKey": "any",
            "data": base64.b64encode(record["body"].encode()).decode(),
            "approximateArrivalTimestamp": AT.timestamp(),
        },
    }


def stream(*items: Event | dict[str, Any]) -> dict[str, Any]:
    """Records of a table's stream, with the sequence numbers 100, 101, …

    An event stands for its item in the outbox.
    """
    stored = [outbox.item(item) if isinstance(item, Event) else item for item in items]
    return {
        "Records": [
            {
                "eventName": "INSERT",
                "eventSource": "aws:dynamodb",
                "dynamodb": {
                    "SequenceNumber": str(100 + n),
                    "Keys": {"pk": {"S": item["pk"]}},
                    "NewImage": to_item(item),
                },
            }
            for n, item in enumerate(stored)
        ]
    }


def failed(answer: Any) -> list[str]:
    """The messages or records that a partial batch response names."""
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def record_id(record: dict[str, Any]) -> str:
    """What a partial batch response names a record by."""
    return str(
        record["messageId"] if "messageId" in record else record["dynamodb"]["SequenceNumber"]
    )


def changed(body: str, old: str, new: str) -> str:
    """The body with `old`, which has to be in it, replaced."""
    assert old in body
    return body.replace(old, new)
