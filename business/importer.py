"""An importer that writes orders past the API: to bring in what the API would never publish."""

import json
import uuid
from datetime import UTC, datetime
from typing import Any

from boto3.dynamodb.types import TypeSerializer

from local.system import System

_serialize = TypeSerializer().serialize

SOMEBODY = {"customerId": "importer", "location": "eu-west", "currency": "EUR"}


def write(
    system: System, order: dict[str, Any], published: dict[str, Any], version: str = "2.0"
) -> str:
    """Writes an order and its OrderPlaced into the tables of orders, in one transaction.

    `order` has lines and total; `published` is what the event says otherwise than the order, and
    `version` the event's. Returns the order's id.
    """
    order_id, at = str(uuid.uuid4()), datetime.now(UTC)
    placed = {"orderId": order_id, **SOMEBODY, **order}
    metadata = {
        "id": str(uuid.uuid4()),
        "version": version,
        "occurredAt": at.isoformat(),
        "correlationId": order_id,
        "causationId": "import",
        "subject": order_id,
    }
    stored = {
        "pk": f"ORDER#{order_id}",
        "revision": 1,
        "placed": placed,
        "placedAt": at.isoformat(),
        "correlationId": order_id,
        "status": "PLACED",
    }
    event = {
        "pk": metadata["id"],
        "source": "order-service",
        "detailType": "OrderPlaced",
        "subject": order_id,
        "detail": json.dumps({"metadata": metadata, "data": placed | published}),
        "occurredAt": at.isoformat(),
    }
    written: dict[str, dict[str, Any]] = {"TableName": stored, "OutboxName": event}
    system.client("dynamodb", "orders").transact_write_items(
        TransactItems=[
            {
                "Put": {
                    "TableName": system.output("orders", table),
                    "Item": {k: _serialize(v) for k, v in item.items()},
                }
            }
            for table, item in written.items()
        ]
    )
    return order_id
