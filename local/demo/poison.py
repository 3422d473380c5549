"""A poison message: an event that no handler can process, its repair and its redrive."""

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from boto3.dynamodb.types import TypeSerializer

from local.system import System, wait_until

QUEUE = "eu-orders"
DEAD_LETTERS = "eu-orders-dead-letters"
IMPATIENT_S = 1
"""The queue's visibility timeout while the demo waits for three failed receives."""

DEAD_WITHIN_S = 60.0

_serialize = TypeSerializer().serialize


def import_order(system: System) -> str:
    """An importer writes an order past the API, with an event that says a quantity in words.

    Returns the order's id. Order and event are right into the table, in one transaction.
    """
    order_id, at = str(uuid.uuid4()), datetime.now(UTC)
    line = {"sku": "lamp", "quantity": 2, "unitPrice": 2500}
    placed: dict[str, Any] = {
        "orderId": order_id,
        "customerId": "importer",
        "location": "eu-west",
        "lines": [line],
        "total": 5000,
        "currency": "EUR",
    }
    metadata = {
        "id": str(uuid.uuid4()),
        "version": "2.0",
        "occurredAt": at.isoformat(),
        "correlationId": order_id,
        "causationId": "import",
        "subject": order_id,
    }
    wrong = placed | {"lines": [line | {"quantity": "two"}]}
    order = {
        "pk": f"ORDER#{order_id}",
        "revision": 1,
        "placed": placed,
        "placedAt": at.isoformat(),
        "correlationId": order_id,
        "status": "PLACED",
    }
    event = {
        "pk": f"EVENT#{metadata['id']}",
        "source": "order-service",
        "detailType": "OrderPlaced",
        "subject": order_id,
        "detail": json.dumps({"metadata": metadata, "data": wrong}),
        "occurredAt": at.isoformat(),
        "expiresAt": int((at + timedelta(days=7)).timestamp()),
    }
    table = system.output("orders", "TableName")
    system.client("dynamodb", "orders").transact_write_items(
        TransactItems=[
            {"Put": {"TableName": table, "Item": {k: _serialize(v) for k, v in item.items()}}}
            for item in (order, event)
        ]
    )
    return order_id


def hurry(system: System, seconds: int) -> int:
    """Sets the queue's visibility timeout, in seconds; returns what it was."""
    sqs = system.client("sqs", "invoicing")
    url = queue_url(system, QUEUE)
    name = "VisibilityTimeout"
    before = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={name: str(seconds)})
    return int(before)


def await_death(system: System) -> None:
    """Waits until the dead-letter queue holds the message, and the queue before it is empty."""
    wait_until(
        lambda: (depths := system.depths("invoicing"))[DEAD_LETTERS] == 1 and not depths[QUEUE],
        DEAD_WITHIN_S,
        f"one message in {DEAD_LETTERS}, none in {QUEUE}",
    )


def repair(system: System) -> str:
    """Replaces the message in the dead-letter queue by one with the quantity as a number.

    Returns what was wrong with it.
    """
    sqs = system.client("sqs", "invoicing")
    url = queue_url(system, DEAD_LETTERS)
    [message] = sqs.receive_message(QueueUrl=url, VisibilityTimeout=30)["Messages"]
    event = json.loads(message["Body"])
    [line] = event["detail"]["data"]["lines"]
    was, line["quantity"] = line["quantity"], 2
    sqs.send_message(QueueUrl=url, MessageBody=json.dumps(event))
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return f"quantity {was!r}"


def redrive(system: System) -> None:
    """Moves all of the dead-letter queue back to the queue: SQS's own redrive."""
    sqs = system.client("sqs", "invoicing")
    arns = [
        sqs.get_queue_attributes(QueueUrl=queue_url(system, name), AttributeNames=["QueueArn"])[
            "Attributes"
        ]["QueueArn"]
        for name in (DEAD_LETTERS, QUEUE)
    ]
    sqs.start_message_move_task(SourceArn=arns[0], DestinationArn=arns[1])


def queue_url(system: System, name: str) -> str:
    """The URL of a queue of invoicing."""
    return system.emulator_url(system.queues("invoicing")[name])
