"""Queues before a function that consumes them in batches."""

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_lambda_event_sources as sources
from constructs import Construct

from stacks.building_blocks.alarms import Alarms
from stacks.building_blocks.domain_function import TIMEOUT, DomainFunction
from stacks.building_blocks.queues import BufferedQueue

BATCH = 10
"""Messages a batch: the most of a FIFO queue, and one PutEvents call."""

CONCURRENCY = 10
"""Batches of a standard queue at a time, so that a backlog leaves room for the account's other
functions. A FIFO queue has as many as it has groups."""


class BufferedConsumer(Construct):
    """A function and the queues before it. Messages that it names as failed come again.

    After five times they go to their queue's dead-letter queue, while the others go on.
    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        function: DomainFunction,
        queues: Sequence[str],
        alarms: Alarms,
        fifo: bool = False,
    ) -> None:
        super().__init__(scope, id)
        self.queues = {
            name: BufferedQueue(
                self,
                name,
                name=name,
                alarms=alarms,
                visibility=cdk.Duration.seconds(6 * TIMEOUT.to_seconds()),
                max_age=cdk.Duration.minutes(15),
                fifo=fifo,
            )
            for name in queues
        }
        for buffered in self.queues.values():
            function.add_event_source(
                sources.SqsEventSource(
                    buffered.queue,
                    batch_size=BATCH,
                    report_batch_item_failures=True,
                    max_concurrency=None if fifo else CONCURRENCY,
                )
            )

    @property
    def queue(self) -> BufferedQueue:
        """The queue, where there is one. ValueError where there are several."""
        (only,) = self.queues.values()
        return only
