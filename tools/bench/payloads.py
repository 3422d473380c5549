"""What functions are given, in the shapes in which Lambda gives it.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html
"""

import base64
import itertools
import json
import uuid
from datetime import UTC, datetime
from typing import Any

from bench.functions import Record

_numbers = itertools.count(1)


def request(
    method: str, path: str, template: str, parameters: dict[str, str], body: Any
) -> dict[str, Any]:
    """A call of an HTTP API, in payload format 2.0."""
    return {
        "version": "2.0",
        "routeKey": f"{method} {template}",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"content-type": "application/json"},
        "pathParameters": parameters,
        "requestContext": {
            "requestId": str(uuid.uuid4()),
            "http": {"method": method, "path": path, "sourceIp": "127.0.0.1"},
        },
        "body": None if body is None else json.dumps(body),
        "isBase64Encoded": False,
    }


def event(entry: dict[str, Any], account: str, region: str) -> dict[str, Any]:
    """The event that EventBridge makes of an entry of PutEvents."""
    at = entry.get("Time") or datetime.now(UTC)
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": entry["DetailType"],
        "source": entry["Source"],
        "account": account,
        "time": at.isoformat() if isinstance(at, datetime) else str(at),
        "region": region,
        "resources": entry.get("Resources", []),
        "detail": json.loads(entry["Detail"]),
    }


def delivered(source: Any, body: Any) -> Record:
    """A message as a function gets it from this place, a queue, a stream, a topic or a bus."""
    text = body if isinstance(body, str) else json.dumps(body)
    if source.kind == "topic":
        return {"Records": [{"EventSource": "aws:sns", "Sns": body}]}
    if source.kind == "queue":
        return {
            "messageId": str(uuid.uuid4()),
            "receiptHandle": "bench",
            "body": text,
            "attributes": {"ApproximateReceiveCount": "1"},
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": source.arn,
            "awsRegion": source.region,
        }
    if source.kind == "stream":
        data = base64.b64encode(text.encode()).decode()
        kinesis = {"data": data, "partitionKey": "bench", "sequenceNumber": _sequence_number()}
        return {"kinesis": kinesis, "eventSource": "aws:kinesis", "eventSourceARN": source.arn}
    whole: Record = body
    return whole


def with_attributes(record: Record, text: str, given: dict[str, Any]) -> Record:
    """A message as its sender wrote it, with the group it belongs to in a FIFO queue."""
    if record.get("eventSource") != "aws:sqs":
        return record
    group = {k: given[k] for k in ("MessageGroupId", "MessageDeduplicationId") if k in given}
    return {**record, "body": text, "attributes": record["attributes"] | group}


def change(name: str, keys: Record, new: Record | None, old: Record | None, view: str) -> Record:
    """A change of an item as a record of its table's stream; `view` is the stream's view type."""
    images = {"NewImage": new, "OldImage": old}
    shown = {"NEW_IMAGE": ("NewImage",), "OLD_IMAGE": ("OldImage",), "KEYS_ONLY": ()}
    names = shown.get(view, tuple(images))
    return {
        "eventID": uuid.uuid4().hex,
        "eventName": name,
        "eventSource": "aws:dynamodb",
        "dynamodb": {
            "Keys": keys,
            "SequenceNumber": _sequence_number(),
            "StreamViewType": view,
            **{name: images[name] for name in names if images[name] is not None},
        },
    }


def parsed(text: str) -> Any:
    """The JSON in a text, or the text."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def plain_attributes(attributes: dict[str, Any]) -> dict[str, Any]:
    """The attributes of an SNS message by name, as filter policies see them."""
    return {name: _plain(attribute) for name, attribute in attributes.items()}


def multiplied(event: dict[str, Any], number: int) -> dict[str, Any]:
    """The n-th copy of an event: another `metadata.id`, and another subject wherever it stands.

    The n-th copies of events about the same subject are about the same new subject.
    """
    metadata = event["detail"].get("metadata") or {}
    subject = metadata.get("subject")
    copied: dict[str, Any] = _replaced(event, subject, _renamed(subject, number))
    copied["id"] = str(uuid.uuid4())
    if metadata:
        copied["detail"]["metadata"]["id"] = str(uuid.uuid4())
    return copied


def _replaced(value: Any, old: Any, new: Any) -> Any:
    if isinstance(value, dict):
        return {key: _replaced(item, old, new) for key, item in value.items()}
    if isinstance(value, list):
        return [_replaced(item, old, new) for item in value]
    return new if isinstance(value, str) and value == old else value


def _renamed(subject: Any, number: int) -> Any:
    """Another text of the same shape: a UUID stays one."""
    try:
        return str(uuid.uuid5(uuid.UUID(str(subject)), str(number)))
    except ValueError:
        return f"{subject}-{number}"


def _plain(attribute: dict[str, Any]) -> Any:
    value = attribute.get("StringValue")
    return parsed(value) if value and attribute.get("DataType") != "String" else value


def _sequence_number() -> str:
    return f"{next(_numbers):021d}"
