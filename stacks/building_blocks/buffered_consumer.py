"""A function that consumes a queue in batches."""

from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_lambda_event_sources as sources
from constructs import Construct

from stacks.building_blocks.alarms import Alarms
from stacks.building_blocks.domain_function import TIMEOUT, DomainFunction
from stacks.building_blocks.layers import Layers
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
        domain: str,
        module: str,
        queues: list[str],
        alarms: Alarms,
        layers: Layers,
        environment: Mapping[str, str],
        fifo: bool = False,
    ) -> None:
        super().__init__(scope, id)
        self.function = DomainFunction(
            self, "Function", domain=domain, module=module, layers=layers, environment=environment
        )
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
            self.function.add_event_source(
                sources.SqsEventSource(
                    buffered.queue,
                    batch_size=BATCH,
                    report_batch_item_failures=True,
                    max_concurrency=None if fifo else CONCURRENCY,
                )
            )
