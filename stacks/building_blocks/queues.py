"""Queues: encrypted, TLS only, alarmed."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from stacks.building_blocks.alarms import Alarms, Severity, per_minute
from stacks.building_blocks.grant import Grant

KEPT = cdk.Duration.days(10)
KEPT_DEAD = cdk.Duration.days(14)
"""How long a message is kept. A dead letter's days count from when it was first sent.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
"""

MAX_RECEIVES = 200
"""Receives before a message is a dead letter. A function that cannot start at all leaves each to
come back when its visibility timeout ends: 200 of them take more than six hours. One that fails
hides the message for up to 15 minutes, and goes on for more than a day.
"""


class DeadLetterQueue(Construct):
    """A place for what failed at one hop, with an alarm as soon as something is in it.

    `failure` ends the sentence "Messages that …" for whoever is woken by the alarm.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        alarms: Alarms,
        failure: str,
        name: str,
        fifo: bool = False,
    ) -> None:
        super().__init__(scope, id)
        self.queue = sqs.Queue(
            self,
            "Queue",
            queue_name=f"{name}.fifo" if fifo else name,
            fifo=fifo or None,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=KEPT_DEAD,
        )
        resource = self.queue.node.default_child
        assert isinstance(resource, cdk.CfnResource)
        resource.add_metadata("crossbus:holds", "dead letters")
        alarms.above(
            self,
            "NotEmpty",
            metric=per_minute(self.queue.metric_approximate_number_of_messages_visible, "Maximum"),
            limit=0,
            severity=Severity.TELL,
            meaning=f"{name} holds messages that {failure}: repair and redrive them.",
        )
        cdk.Validations.of(self.queue).acknowledge(
            cdk.Acknowledgment(id="AwsSolutions-SQS3", reason="This is a dead-letter queue.")
        )

    @property
    def url(self) -> str:
        """Where a function sends what it sets aside."""
        return self.queue.queue_url


def visibility_of(function: lambda_.Function) -> cdk.Duration:
    """How long a queue hides a message from others, as AWS advises: six times the timeout.

    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    """
    timeout = function.timeout or cdk.Duration.seconds(3)
    return cdk.Duration.seconds(6 * timeout.to_seconds())


class BufferedQueue(Construct):
    """A queue that holds messages while their consumer is down, and its dead-letter queue."""

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
    ) -> None:
        super().__init__(scope, id)
        self.name = name
        self.dead_letters = DeadLetterQueue(
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
            queue_name=f"{name}.fifo" if fifo else name,
            fifo=fifo or None,
            deduplication_scope=sqs.DeduplicationScope.MESSAGE_GROUP if fifo else None,
            fifo_throughput_limit=sqs.FifoThroughputLimit.PER_MESSAGE_GROUP_ID if fifo else None,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=retention,
            visibility_timeout=visibility,
            dead_letter_queue=sqs.DeadLetterQueue(
                queue=self.dead_letters.queue, max_receive_count=MAX_RECEIVES
            ),
        )
        alarms.above(
            self,
            "Old",
            metric=per_minute(self.queue.metric_approximate_age_of_oldest_message, "Maximum"),
            limit=max_age.to_seconds(),
            severity=severity,
            meaning=f"The oldest message of {name} waits for longer than {max_age.to_minutes()} "
            "minutes: its consumer is down or too slow.",
        )

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


def allow_service(queue: sqs.IQueue, service: str, source_arn: str) -> None:
    """Lets an AWS service send to a queue on behalf of one resource: a rule, a topic."""
    queue.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[iam.ServicePrincipal(service)],
            actions=["sqs:SendMessage"],
            resources=[queue.queue_arn],
            conditions={"ArnEquals": {"aws:SourceArn": source_arn}},
        )
    )
