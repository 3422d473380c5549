"""A topic that fans out to queues, each with a filter policy and a place for what it missed."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from stacks.building_blocks.alarms import MINUTE, Alarms, Severity
from stacks.building_blocks.dead_letter_queue import DeadLetterQueue, allow_service
from stacks.building_blocks.grant import Grant
from stacks.building_blocks.queues import BufferedQueue
from stacks.building_blocks.redelivery import Redelivery
from stacks.names import construct_id

Values = Sequence[str]


class FilteredTopic(Construct):
    """An encrypted topic, TLS only. Subscribers get the message as it was published (raw)."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        key: kms.IKey,
        alarms: Alarms,
        redelivery: Redelivery,
    ) -> None:
        super().__init__(scope, id)
        self.name = name
        self._key = key
        self._alarms = alarms
        self._redelivery = redelivery
        self.topic = sns.Topic(self, "Topic", topic_name=name, master_key=key, enforce_ssl=True)
        alarms.above(
            self,
            "Lost",
            metric=self.topic.metric(
                "NumberOfNotificationsFailedToRedriveToDlq",
                period=MINUTE,
                statistic="Sum",
            ),
            limit=0,
            severity=Severity.WAKE,
            meaning=f"Messages of the topic {name} are lost: neither a subscribed queue nor its "
            "-undelivered queue takes them. Mend the policy, then replay the bus's archive.",
        )

    @property
    def arn(self) -> str:
        """What a rule delivers to."""
        return self.topic.topic_arn

    def delivery(self) -> list[iam.PolicyStatement]:
        """What the role of a rule needs to deliver here."""
        return publishing(self.topic, self._key)

    def may_publish(self) -> Grant:
        """A function may publish: it finds TOPIC_ARN."""
        return Grant({"TOPIC_ARN": self.topic.topic_arn}, self._allow_publish)

    def _allow_publish(self, function: lambda_.Function) -> None:
        for statement in publishing(self.topic, self._key):
            function.add_to_role_policy(statement)

    def part_by_body(self, path: str, queues: Sequence[tuple[BufferedQueue, Values]]) -> None:
        """A queue gets the messages that have one of its values at this path of their JSON body.

        For topics that a rule feeds: EventBridge sets no message attributes. What no queue gets
        goes to `<topic>-unrouted`.
        """
        self._part(path.split("."), queues, "MessageBody")

    def part_by_attribute(self, name: str, queues: Sequence[tuple[BufferedQueue, Values]]) -> None:
        """A queue gets the messages with one of its values in this attribute; others, as above."""
        self._part([name], queues, "MessageAttributes")

    def _part(
        self, path: list[str], queues: Sequence[tuple[BufferedQueue, Values]], scope: str
    ) -> None:
        """Each queue has its values of the field, and `<topic>-unrouted` has all other messages.

        "exists: false" may miss a message without attributes, or without the field's parent: none
        may come. Contracts require the field; code that publishes sets the attribute.
        https://docs.aws.amazon.com/sns/latest/dg/attribute-key-matching.html
        """
        unrouted = DeadLetterQueue(
            self,
            "Unrouted",
            alarms=self._alarms,
            failure=f"no queue of the topic {self.name} gets",
            name=f"{self.name}-unrouted",
        )
        known = [value for _, values in queues for value in values]
        other = [{"anything-but": known}, {"exists": False}]
        for queue, values in queues:
            self._subscribe(queue.name, queue.queue, _at(path, list(values)), scope)
        self._subscribe(f"{self.name}-unrouted", unrouted.queue, _at(path, other), scope)

    def _subscribe(
        self, name: str, to: sqs.Queue, policy: Mapping[str, object], scope: str
    ) -> None:
        id = construct_id(name)
        undelivered = self._redelivery.queue(
            self,
            name=f"{name}-undelivered",
            target_arn=to.queue_arn,
            delivery=[iam.PolicyStatement(actions=["sqs:SendMessage"], resources=[to.queue_arn])],
        )
        subscription = sns.CfnSubscription(
            self,
            f"{id}Subscription",
            topic_arn=self.topic.topic_arn,
            protocol="sqs",
            endpoint=to.queue_arn,
            filter_policy=policy,
            filter_policy_scope=scope,
            raw_message_delivery=True,
            redrive_policy={"deadLetterTargetArn": undelivered.queue.queue_arn},
        )
        for queue in (to, undelivered.queue):
            allow_service(queue, "sns.amazonaws.com", self.topic.topic_arn)
            subscription.node.add_dependency(queue)


def publishing(topic: sns.ITopic, key: kms.IKey) -> list[iam.PolicyStatement]:
    """What it takes to publish on a topic that is encrypted with this key."""
    use = ["kms:GenerateDataKey", "kms:Decrypt"]
    return [
        iam.PolicyStatement(actions=["sns:Publish"], resources=[topic.topic_arn]),
        iam.PolicyStatement(actions=use, resources=[key.key_arn]),
    ]


def _at(path: list[str], conditions: list[Any]) -> dict[str, Any]:
    """The filter policy with conditions at this path."""
    policy: Any = conditions
    for name in reversed(path):
        policy = {name: policy}
    return dict(policy)
