"""How many batches of a queue an event source mapping works on at a time.

A receive from a FIFO queue takes as many messages of one group as it can; Lambda runs the batches
of different groups in parallel, and none of a group that has messages in flight. From a standard
queue, Lambda begins with five batches at a time.
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html

ministack 1.5.33 fills a batch from all groups and runs one batch of a FIFO queue at a time. That
part can go when it receives by group and runs groups in parallel. The limit to as many batches as
this machine has cores is no gap of ministack's: more of them only take memory here.
"""

import os
from typing import Any

from ministack.services import lambda_svc, sqs

from local.emulator import seams

BATCHES = min(5, os.cpu_count() or 1)


def install() -> None:
    """Receives by group, lets FIFO queues have batches in parallel, and limits their number."""
    limit = seams.original(lambda_svc, "_sqs_esm_concurrency")
    collect = seams.original(sqs, "_collect_fifo")

    def sqs_esm_concurrency(mapping: Any, function: Any, config: Any, _queue: Any = None) -> Any:
        return min(BATCHES, limit(mapping, function, config, None))

    def collect_fifo(queue: dict[str, Any], most: int, hidden: int, now: float) -> Any:
        for group in dict.fromkeys(message["group_id"] for message in queue["messages"]):
            of_group = [m for m in queue["messages"] if m["group_id"] == group]
            received = collect({**queue, "messages": of_group}, most, hidden, now)
            if received:
                return received
        return []

    seams.replace(lambda_svc, "_sqs_esm_concurrency", sqs_esm_concurrency)
    seams.replace(sqs, "_collect_fifo", collect_fifo)
