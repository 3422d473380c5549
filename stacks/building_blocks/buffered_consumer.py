"""Queues before a function that consumes them in batches."""

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_lambda_event_sources as sources
from constructs import Construct

from stacks.building_blocks.alarms import Alarms
from stacks.building_blocks.domain_function import DomainFunction
from stacks.building_blocks.queues import BufferedQueue, visibility_of

BATCH = 10
"""Messages a batch: the most of a FIFO queue, and one PutEvents call."""

CONCURRENCY = 10
"""Batches of a standard queue at a time, so that a backlog leaves room for the account's other
functions. A FIFO queue has as many as it has groups."""

MAX_AGE = cdk.Duration.minutes(15)


class BufferedConsumer(Construct):
    """A function and the queues before it. It finds them, with their dead-letter queues, in QUEUES.

    It sets aside at once what can never succeed. What else it names as failed comes again, later
    each time, while the others go on.
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
        delay: cdk.Duration | None = None,
    ) -> None:
        super().__init__(scope, id)
        self.queues = {
            name: BufferedQueue(
                self,
                name,
                name=name,
                alarms=alarms,
                visibility=visibility_of(function),
                max_age=MAX_AGE,
                fifo=fifo,
                delay=delay,
            )
            for name in queues
        }
        described = {
            each.arn: {"url": each.queue.queue_url, "dead_letters": each.dead_letters.url}
            for each in self.queues.values()
        }
        function.add_environment("QUEUES", cdk.Stack.of(self).to_json_string(described))
        for each in self.queues.values():
            each.dead_letters.queue.grant(function, "sqs:SendMessage")
            function.live.add_event_source(
                sources.SqsEventSource(
                    each.queue,
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
