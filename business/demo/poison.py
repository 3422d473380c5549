"""A poison message: an event that no handler can process, its repair and its redrive."""

import json

from business import importer
from local.system import System, wait_until

QUEUE = "eu-orders"
DEAD_LETTERS = "eu-orders-dead-letters"
DEAD_WITHIN_S = 60.0


def import_order(system: System) -> str:
    """An importer writes an order whose event says a quantity in words. Returns the order's id."""
    line = {"sku": "lamp", "quantity": 2, "unitPrice": 2500}
    wrong = {"lines": [line | {"quantity": "two"}]}
    return importer.write(system, {"lines": [line], "total": 5000}, wrong)


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
    return system.queues("invoicing")[name]
