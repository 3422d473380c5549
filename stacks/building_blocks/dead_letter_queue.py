"""Places for what failed."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from stacks.building_blocks.alarms import Alarms, Severity, per_minute

KEPT_DEAD = cdk.Duration.days(14)
"""How long a dead letter is kept. Its days count from when it was first sent.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
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
        self.queue_name = f"{name}.fifo" if fifo else name
        self.queue = sqs.Queue(
            self,
            "Queue",
            queue_name=self.queue_name,
            fifo=fifo or None,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=KEPT_DEAD,
        )
        resource = self.queue.node.default_child
        assert isinstance(resource, cdk.CfnResource)
        resource.add_metadata("crossbus:holds", "dead letters")
        self.depth = per_minute(self.queue.metric_approximate_number_of_messages_visible, "Maximum")
        alarms.above(
            self,
            "NotEmpty",
            metric=self.depth,
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
