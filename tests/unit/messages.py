"""What Lambda hands to a handler: requests, batches of a queue, batches of a stream."""

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from contracts.invoicing import InvoiceIssued, InvoiceVoided
from contracts.language.catalog import CURRENT
from contracts.language.envelope import Metadata
from contracts.language.types import Contract, Location
from contracts.orders import OrderCancelled, OrderLine, OrderPlaced

AT = datetime(2026, 11, 23, 10, tzinfo=UTC)
LINES = [OrderLine(sku="keyboard", quantity=2, unit_price=7_995)]
PLACE_ORDER = {
    "customerId": "customer-7",
    "location": "eu-west",
    "lines": [{"sku": "keyboard", "quantity": 2, "unitPrice": 7995}],
}


@dataclass(frozen=True)
class Context:
    """The context that Lambda passes, as far as a handler reads it."""

    function_name: str = "function"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:eu-west-1:123456789012:function:function"
    aws_request_id: str = "invocation-1"


CONTEXT: Any = Context()


def request(
    body: str | None = None,
    *,
    id: str | None = None,
    key: str | None = None,
    encoded: bool = False,
    request_id: str = "request-1",
) -> dict[str, Any]:
    """A request in the HTTP API's payload format 2.0."""
    made: dict[str, Any] = {
        "version": "2.0",
        "headers": {"content-type": "application/json"}
        | ({} if key is None else {"idempotency-key": key}),
        "requestContext": {"requestId": request_id},
        "isBase64Encoded": encoded,
    }
    if body is not None:
        made["body"] = base64.b64encode(body.encode()).decode() if encoded else body
    if id is not None:
        made["pathParameters"] = {"id": id}
    return made


def answered(response: dict[str, Any]) -> tuple[int, Any]:
    """A response's status and what its body says."""
    return response["statusCode"], json.loads(response["body"])


def order_placed(
    order_id: str = "order-1", location: Location = "eu-west", lines: list[OrderLine] = LINES
) -> OrderPlaced:
    """An order of two keyboards at 79.95."""
    return OrderPlaced(
        order_id=order_id,
        customer_id="customer-7",
        location=location,
        lines=lines,
        total=sum(line.quantity * line.unit_price for line in lines),
        currency="EUR" if location.startswith("eu") else "USD",
    )


def order_cancelled(order_id: str = "order-1", location: Location = "eu-west") -> OrderCancelled:
    """The cancellation of an order."""
    return OrderCancelled(order_id=order_id, location=location)


def invoice_issued(order_id: str = "order-1", number: str = "IE-000001") -> InvoiceIssued:
    """The invoice of `order_placed`."""
    return InvoiceIssued(
        order_id=order_id,
        customer_id="customer-7",
        location="eu-west",
        jurisdiction="IE",
        invoice_number=number,
        net=15_990,
        tax=3_678,
        total=19_668,
        currency="EUR",
    )


def invoice_voided(order_id: str = "order-1", number: str = "IE-CN-000001") -> InvoiceVoided:
    """The credit note of `invoice_issued`."""
    return InvoiceVoided(
        order_id=order_id,
        location="eu-west",
        jurisdiction="IE",
        invoice_number="IE-000001",
        credit_note_number=number,
        total=19_668,
        currency="EUR",
    )


def event(data: Any, event_id: str | None = None) -> str:
    """The event, as a rule delivers it, that says `data` of its order."""
    kind = CURRENT[type(data)]
    metadata = Metadata(
        id=event_id or f"{kind.detail_type}-{data.order_id}",
        version=kind.version,
        occurred_at=AT,
        correlation_id=f"request-of-{data.order_id}",
        causation_id=f"request-of-{data.order_id}",
        subject=data.order_id,
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
                "attributes": {"ApproximateReceiveCount": "1"},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:queue",
                "awsRegion": "eu-west-1",
            }
            for n, body in enumerate(bodies)
        ]
    }


def failed(answer: Any) -> list[str]:
    """The messages or records that a partial batch response names."""
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def changed(body: str, old: str, new: str) -> str:
    """The body with `old`, which has to be in it, replaced."""
    assert old in body
    return body.replace(old, new)
