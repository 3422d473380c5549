"""Queues: encrypted, TLS only, alarmed."""

from collections.abc import Callable

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from stacks.building_blocks.alarms import Alarms, Severity, per_minute
from stacks.building_blocks.dead_letter_queue import DeadLetterQueue
from stacks.building_blocks.grant import Grant

KEPT = cdk.Duration.days(10)
"""How long a message is kept."""

MAX_RECEIVES = 200
"""Receives before a message is a dead letter. A function that cannot start at all leaves each to
come back when its visibility timeout ends: 200 of them take more than six hours. One that fails
hides the message for up to 15 minutes, and goes on for more than a day.
"""

MAX_RECEIVES_OF_A_GROUP = 1_000
"""The most that SQS counts. Behind a message of a FIFO queue its group waits, so a function that
fails hides it for half a minute at most: all receives take six hours there, too.
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
"""


def visibility_of(function: lambda_.Function) -> cdk.Duration:
    """How long a queue hides a message from others, as AWS advises: six times the timeout.

    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    """
    timeout = function.timeout or cdk.Duration.seconds(3)
    return cdk.Duration.seconds(6 * timeout.to_seconds())


class BufferedQueue(Construct):
    """A queue that holds messages while their consumer is down, and its dead-letter queue.

    That is `<name>-dead-letters`, unless there is one to share.

    With a `delay`, of 15 minutes at the most, it hides each message for so long after it was sent.
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-delay-queues.html
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        alarms: Alarms,
        visibility: cdk.Duration,
        max_age: cdk.Duration,
        retention: cdk.Duration = KEPT,
        severity: Severity = Severity.WAKE,
        fifo: bool = False,
        delay: cdk.Duration | None = None,
        dead_letters: DeadLetterQueue | None = None,
    ) -> None:
        super().__init__(scope, id)
        self.name = name
        self.queue_name = f"{name}.fifo" if fifo else name
        self._delay = delay
        self.dead_letters = dead_letters or DeadLetterQueue(
            self,
            "DeadLetters",
            alarms=alarms,
            failure="can never succeed, or failed for hours",
            name=f"{name}-dead-letters",
            fifo=fifo,
        )
        self.queue = sqs.Queue(
            self,
            "Queue",
            queue_name=self.queue_name,
            fifo=fifo or None,
            deduplication_scope=sqs.DeduplicationScope.MESSAGE_GROUP if fifo else None,
            fifo_throughput_limit=sqs.FifoThroughputLimit.PER_MESSAGE_GROUP_ID if fifo else None,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=retention,
            visibility_timeout=visibility,
            delivery_delay=delay,
            dead_letter_queue=sqs.DeadLetterQueue(
                queue=self.dead_letters.queue,
                max_receive_count=MAX_RECEIVES_OF_A_GROUP if fifo else MAX_RECEIVES,
            ),
        )
        # A message is as old as the time since it was sent: its delay is part of its age.
        too_old = max_age.to_seconds() + (delay.to_seconds() if delay else 0)
        self.age = per_minute(self.queue.metric_approximate_age_of_oldest_message, "Maximum")
        alarms.above(
            self,
            "Old",
            metric=self.age,
            limit=too_old,
            severity=severity,
            meaning=f"The oldest message of {name} waits for longer than {too_old // 60} minutes: "
            "its consumer is down or too slow.",
        )

    @property
    def depths(self) -> list[Callable[..., cloudwatch.Metric]]:
        """The metrics of how many messages wait: to be read, and for the end of a delay."""
        depths = [self.queue.metric_approximate_number_of_messages_visible]
        if self._delay:
            depths.append(self.queue.metric_approximate_number_of_messages_delayed)
        return depths

    @property
    def arn(self) -> str:
        """What a rule delivers to."""
        return self.queue.queue_arn

    def may_send(self, variable: str) -> Grant:
        """A function may send messages: it finds the queue's URL in this variable."""

        def give(function: lambda_.Function) -> None:
            self.queue.grant(function, "sqs:SendMessage")

        return Grant({variable: self.queue.queue_url}, give)

    def delivery(self) -> list[iam.PolicyStatement]:
        """What the role of a rule needs to deliver here."""
        return [iam.PolicyStatement(actions=["sqs:SendMessage"], resources=[self.arn])]
