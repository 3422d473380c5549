"""A topic that fans out to queues, each with a filter policy and a dead-letter queue."""

from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from constructs import Construct

from stacks.building_blocks.alarms import Alarms
from stacks.building_blocks.grant import Grant
from stacks.building_blocks.queues import BufferedQueue, DeadLetterQueue, allow_service
from stacks.names import construct_id


class FilteredTopic(Construct):
    """An encrypted topic, TLS only. Subscribers get the message as it was published (raw)."""

    def __init__(
        self, scope: Construct, id: str, *, name: str, key: kms.IKey, alarms: Alarms
    ) -> None:
        super().__init__(scope, id)
        self.name = name
        self._key = key
        self._alarms = alarms
        self.topic = sns.Topic(self, "Topic", topic_name=name, master_key=key, enforce_ssl=True)

        alarms.above(
            self,
            "Lost",
            metric=self.topic.metric(
                "NumberOfNotificationsFailedToRedriveToDlq",
                period=cdk.Duration.minutes(1),
                statistic="Sum",
            ),
            limit=0,
            meaning=f"Messages of the topic {name} are lost: neither a subscribed queue nor its "
            "-undelivered queue takes them. Mend the policy, then replay the bus's archive.",
        )

    @property
    def arn(self) -> str:
        """What a rule delivers to."""
        return self.topic.topic_arn

    def admit(self, rule_arn: str) -> None:
        """Lets EventBridge publish on behalf of one rule."""
        self.topic.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("events.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[self.topic.topic_arn],
                conditions={"ArnEquals": {"aws:SourceArn": rule_arn}},
            )
        )

    def may_publish(self) -> Grant:
        """A function may publish: it finds TOPIC_ARN."""
        return Grant({"TOPIC_ARN": self.topic.topic_arn}, self._allow_publish)

    def _allow_publish(self, function: lambda_.Function) -> None:
        """Publishing takes the topic's key as well."""
        function.add_to_role_policy(
            iam.PolicyStatement(actions=["sns:Publish"], resources=[self.topic.topic_arn])
        )
        self._key.grant(function, "kms:GenerateDataKey", "kms:Decrypt")

    def subscribe_by_body(self, to: BufferedQueue, policy: Mapping[str, object]) -> None:
        """What matches the filter policy in the message's JSON body goes to the queue.

        For topics that a rule feeds: EventBridge sets no message attributes.
        """
        self._subscribe(to, policy, "MessageBody")

    def subscribe_by_attributes(self, to: BufferedQueue, policy: Mapping[str, object]) -> None:
        """What matches the filter policy in the message's attributes goes to the queue."""
        self._subscribe(to, policy, "MessageAttributes")

    def _subscribe(self, to: BufferedQueue, policy: Mapping[str, object], scope: str) -> None:
        id = construct_id(to.name)
        undelivered = DeadLetterQueue(
            self,
            f"{id}Undelivered",
            alarms=self._alarms,
            failure=f"SNS could not deliver from topic {self.name}",
            name=f"{to.name}-undelivered",
        )
        subscription = sns.CfnSubscription(
            self,
            f"{id}Subscription",
            topic_arn=self.topic.topic_arn,
            protocol="sqs",
            endpoint=to.queue.queue_arn,
            filter_policy=policy,
            filter_policy_scope=scope,
            raw_message_delivery=True,
            redrive_policy={"deadLetterTargetArn": undelivered.queue.queue_arn},
        )
        for queue in (to, undelivered):
            allow_service(queue.queue, "sns.amazonaws.com", self.topic.topic_arn)
            subscription.node.add_dependency(queue)
