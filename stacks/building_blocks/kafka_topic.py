"""A topic of a Kafka cluster, as a function consumes it."""

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from stacks.building_blocks.alarms import MINUTE, Alarms, Severity
from stacks.building_blocks.kafka_cluster import KafkaCluster
from stacks.building_blocks.polling import Polled

TRIED_FOR = cdk.Duration.days(1)
RETRIES = 10_000
"""For how long and how often Lambda tries a batch. Without an end of its own it gives up after ten
tries, where there is a place for what it gives up.
https://docs.aws.amazon.com/lambda/latest/dg/kafka-retry-configurations.html
"""

LATE = cdk.Duration.minutes(15)


class KafkaTopic(Construct):
    """A topic that a consumer group reads from its beginning, with an alarm while it is behind.

    Lambda polls in provisioned mode: in that alone it takes partial batch responses, and an end of
    its tries.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        cluster: KafkaCluster,
        topic: str,
        group: str,
        alarms: Alarms,
    ) -> None:
        super().__init__(scope, id)
        mapping = lambda_.CfnEventSourceMapping
        topic_arn = self._arn("topic", cluster, topic)
        group_arn = self._arn("group", cluster, group)
        self.polled = Polled(
            source_arn=cluster.arn,
            settings={
                "topics": [topic],
                "starting_position": "TRIM_HORIZON",
                "amazon_managed_kafka_event_source_config": (
                    mapping.AmazonManagedKafkaEventSourceConfigProperty(consumer_group_id=group)
                ),
                "provisioned_poller_config": mapping.ProvisionedPollerConfigProperty(
                    minimum_pollers=1, maximum_pollers=2
                ),
                "function_response_types": ["ReportBatchItemFailures"],
                "bisect_batch_on_function_error": True,
                "maximum_retry_attempts": RETRIES,
                "maximum_record_age_in_seconds": TRIED_FOR.to_seconds(),
            },
            statements=[
                *_may_read(cluster.arn, topic_arn, group_arn),
                *cluster.network.may_be_polled(),
            ],
            gives_up=True,
            unnamed=dict.fromkeys((topic_arn, group_arn), "AWS makes up an id of the cluster."),
        )
        alarms.above(
            self,
            "Late",
            metric=cloudwatch.Metric(
                namespace="AWS/Kafka",
                metric_name="EstimatedMaxTimeLag",
                dimensions_map={
                    "Cluster Name": cluster.name,
                    "Consumer Group": group,
                    "Topic": topic,
                },
                period=MINUTE,
                statistic="Maximum",
            ),
            limit=LATE.to_seconds(),
            severity=Severity.WAKE,
            meaning=f"The consumer group {group} is {LATE.to_minutes()} minutes behind the topic "
            f"{topic}: its consumer is down or too slow.",
        )

    def _arn(self, kind: str, cluster: KafkaCluster, name: str) -> str:
        """Between the names is an id that AWS makes up."""
        stack = cdk.Stack.of(self)
        resource_name = f"{cluster.name}/*/{name}"
        return stack.format_arn(service="kafka", resource=kind, resource_name=resource_name)


def _may_read(cluster_arn: str, topic_arn: str, group_arn: str) -> list[iam.PolicyStatement]:
    """https://docs.aws.amazon.com/lambda/latest/dg/with-msk-permissions.html
    https://docs.aws.amazon.com/lambda/latest/dg/msk-cluster-auth.html
    """
    grants = {
        cluster_arn: (
            "kafka:DescribeClusterV2",
            "kafka:GetBootstrapBrokers",
            "kafka-cluster:Connect",
            "kafka-cluster:DescribeClusterDynamicConfiguration",
        ),
        topic_arn: ("kafka-cluster:DescribeTopic", "kafka-cluster:ReadData"),
        group_arn: ("kafka-cluster:AlterGroup", "kafka-cluster:DescribeGroup"),
    }
    return [
        iam.PolicyStatement(actions=list(actions), resources=[arn])
        for arn, actions in grants.items()
    ]
