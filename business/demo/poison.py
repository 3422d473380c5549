"""A poison message: an event that no handler can process, its repair and its redrive."""

import json

from business import importer
from local.system import System, wait_until

QUEUES = {"invoicing": "eu-orders", "fulfillment": "shipment-orders"}
"""The queue that brings the order to each domain that observes it."""

STREAM = "events"
"""The stream that brings it to insights."""

DEAD_LETTERS = {domain: f"{queue}-dead-letters" for domain, queue in QUEUES.items()} | {
    "insights": "project-demand-dead-letters"
}
DEAD_WITHIN_S = 60.0


def import_order(system: System) -> str:
    """An importer writes an order whose event says a quantity in words. Returns the order's id."""
    line = {"sku": "lamp", "quantity": 2, "unitPrice": 2500}
    wrong = {"lines": [line | {"quantity": "two"}]}
    return importer.write(system, {"lines": [line], "total": 5000}, wrong)


def await_death(system: System) -> None:
    """Waits until each dead-letter queue holds the message, and the queue before it is empty."""

    def dead(domain: str) -> bool:
        depths = system.depths(domain)
        return depths[DEAD_LETTERS[domain]] == 1 and not depths.get(QUEUES.get(domain, ""))

    wait_until(
        lambda: all(map(dead, DEAD_LETTERS)),
        DEAD_WITHIN_S,
        f"one message in {' and in '.join(DEAD_LETTERS.values())}, none in the queues before",
    )


def repair(system: System) -> str:
    """Replaces the message in each dead-letter queue by one with the quantity as a number.

    Returns what was wrong with it.
    """
    (was,) = {_repair(system, domain, name) for domain, name in DEAD_LETTERS.items()}
    return was


def _repair(system: System, domain: str, name: str) -> str:
    sqs, url = system.client("sqs", domain), system.queues(domain)[name]
    [message] = sqs.receive_message(QueueUrl=url, VisibilityTimeout=30)["Messages"]
    event = json.loads(message["Body"])
    [line] = event["detail"]["data"]["lines"]
    was, line["quantity"] = line["quantity"], 2
    sqs.send_message(QueueUrl=url, MessageBody=json.dumps(event))
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return f"quantity {was!r}"


def redrive(system: System) -> None:
    """Moves all of each dead-letter queue back to the queue before it: SQS's own redrive; and into
    the stream.
    """
    for domain, queue in QUEUES.items():
        sqs, urls = system.client("sqs", domain), system.queues(domain)
        source, destination = (
            sqs.get_queue_attributes(QueueUrl=urls[name], AttributeNames=["QueueArn"])[
                "Attributes"
            ]["QueueArn"]
            for name in (DEAD_LETTERS[domain], queue)
        )
        sqs.start_message_move_task(SourceArn=source, DestinationArn=destination)
    _put_into_stream(system)


def _put_into_stream(system: System) -> None:
    sqs, url = system.client("sqs", "insights"), system.queues("insights")[DEAD_LETTERS["insights"]]
    [message] = sqs.receive_message(QueueUrl=url, VisibilityTimeout=30)["Messages"]
    subject = json.loads(message["Body"])["detail"]["metadata"]["subject"]
    system.client("kinesis", "insights").put_record(
        StreamName=STREAM, Data=message["Body"].encode(), PartitionKey=subject
    )
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
