"""An event source mapping works on several groups of a FIFO queue at a time.

Lambda runs one batch per message group, and different groups in parallel; while messages of a
group are in flight, SQS gives no others of that group.
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html

ministack 1.5.33 runs one batch per queue at a time, although its queue, too, withholds groups in
flight. This can go when it runs as many as for a standard queue.
"""

from typing import Any

from ministack.services import lambda_svc

from local.emulator import seams


def install() -> None:
    """Lets FIFO queues have the concurrency of standard ones."""
    limit = seams.original(lambda_svc, "_sqs_esm_concurrency")

    def sqs_esm_concurrency(mapping: Any, function: Any, config: Any, _queue: Any = None) -> Any:
        return limit(mapping, function, config, None)

    seams.replace(lambda_svc, "_sqs_esm_concurrency", sqs_esm_concurrency)
