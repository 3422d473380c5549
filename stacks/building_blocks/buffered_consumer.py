"""Queues, or a stream, before a function that consumes them in batches."""

from collections.abc import Sequence
from functools import partial

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from constructs import Construct

from stacks.building_blocks.alarms import Alarms, Severity, per_minute
from stacks.building_blocks.dead_letter_queue import DeadLetterQueue
from stacks.building_blocks.domain_function import DomainFunction
from stacks.building_blocks.event_stream import EventStream
from stacks.building_blocks.queues import BufferedQueue, visibility_of

BATCH = 10
"""Messages a batch: the most of a FIFO queue, and one PutEvents call."""

CONCURRENCY = 10
"""Batches of a standard queue at a time, so that a backlog leaves room for the account's other
functions. A FIFO queue has as many as it has groups."""

RECORDS = 100
"""Records a batch of a stream."""

FOREVER = -1

GIVEN_UP_AFTER = cdk.Duration.days(6)
"""A day before the stream forgets a record that fails: who is told of it can still read it."""

MAX_AGE = cdk.Duration.minutes(15)


class BufferedConsumer(Construct):
    """A function and the queues before it, or a stream. It finds them, with their dead-letter
    queues, in QUEUES.

    It sets aside at once what can never succeed. What else it names as failed comes again, later
    each time, while the others go on; of a stream it comes again at once, with what is behind it
    in its shard.
    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
    https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        function: DomainFunction,
        queues: Sequence[str] = (),
        stream: EventStream | None = None,
        alarms: Alarms,
        fifo: bool = False,
        delay: cdk.Duration | None = None,
    ) -> None:
        super().__init__(scope, id)
        self._function, self._alarms, self._stream = function, alarms, stream
        self.queues = {name: self._queue(name, fifo=fifo, delay=delay) for name in queues}
        described = {
            each.arn: {"url": each.queue.queue_url, "dead_letters": each.dead_letters.url}
            for each in self.queues.values()
        }
        if queues:
            function.watch_failing(alarms, MAX_AGE)
        if stream:
            dead_letters = self._read(stream)
            described[stream.arn] = {"dead_letters": dead_letters.url}
        function.add_environment("QUEUES", cdk.Stack.of(self).to_json_string(described))

    @property
    def queue(self) -> BufferedQueue:
        """The queue, where there is one. ValueError where there are several."""
        (only,) = self.queues.values()
        return only

    def graphs(self) -> dict[str, cloudwatch.IMetric]:
        """What a dashboard shows beside the queues, by title."""
        if self._stream is None:
            return {}
        return {f"Age of what is read of {self._stream.name} (ms)": self._age()}

    def _age(self) -> cloudwatch.IMetric:
        return per_minute(partial(self._function.metric, "IteratorAge"), "Maximum")

    def _queue(self, name: str, *, fifo: bool, delay: cdk.Duration | None) -> BufferedQueue:
        made = BufferedQueue(
            self,
            name,
            name=name,
            alarms=self._alarms,
            visibility=visibility_of(self._function),
            max_age=MAX_AGE,
            fifo=fifo,
            delay=delay,
        )
        made.dead_letters.queue.grant(self._function, "sqs:SendMessage")
        self._function.live.add_event_source(
            sources.SqsEventSource(
                made.queue,
                batch_size=BATCH,
                report_batch_item_failures=True,
                max_concurrency=None if fifo else CONCURRENCY,
            )
        )
        return made

    def _read(self, stream: EventStream) -> DeadLetterQueue:
        """Reads the stream from its oldest record on; returns the place for what fails."""
        name = self._function.service.rpartition(".")[2].replace("_", "-")
        dead_letters = DeadLetterQueue(
            self,
            "DeadLetters",
            alarms=self._alarms,
            failure=f"the stream {stream.name} had and {name} can never process",
            name=f"{name}-dead-letters",
        )
        dead_letters.queue.grant(self._function, "sqs:SendMessage")
        self._function.live.add_event_source(
            sources.KinesisEventSource(
                stream.stream,
                starting_position=lambda_.StartingPosition.TRIM_HORIZON,
                batch_size=RECORDS,
                report_batch_item_failures=True,
                bisect_batch_on_error=True,
                retry_attempts=FOREVER,
                max_record_age=GIVEN_UP_AFTER,
                on_failure=sources.SqsDlq(dead_letters.queue),
            )
        )
        self._alarms.above(
            self,
            "Behind",
            metric=self._age(),
            limit=MAX_AGE.to_milliseconds(),
            severity=Severity.WAKE,
            meaning=f"{name} is more than {MAX_AGE.to_minutes()} minutes behind the stream "
            f"{stream.name}: it is down, too slow, or fails on a record.",
        )
        return dead_letters
