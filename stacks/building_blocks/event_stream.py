"""A Kinesis stream: events kept in order, for as many readers as there are."""

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kinesis as kinesis
from constructs import Construct

from stacks.building_blocks.alarms import MINUTE, Alarms, Severity

KEPT = cdk.Duration.days(7)
"""How far back a new reader may begin."""

SHARDS = 1
"""Each takes 1,000 records or 1 MB a second."""


class EventStream(Construct):
    """A stream named `name` that a rule fills, with an alarm while it takes less than it is given.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
    """

    partition_key = "$.detail.metadata.subject"
    """What happened to one thing is in one shard, in the order in which it came."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        alarms: Alarms,
        removal_policy: cdk.RemovalPolicy,
    ) -> None:
        super().__init__(scope, id)
        self.name = name
        self.stream = kinesis.Stream(
            self,
            "Stream",
            stream_name=name,
            stream_mode=kinesis.StreamMode.PROVISIONED,
            shard_count=SHARDS,
            retention_period=KEPT,
            encryption=kinesis.StreamEncryption.MANAGED,
            removal_policy=removal_policy,
        )
        alarms.above(
            self,
            "Full",
            metric=self._sum("WriteProvisionedThroughputExceeded"),
            limit=0,
            periods=5,
            severity=Severity.TELL,
            meaning=f"The stream {name} is given more than its shards take, for 5 minutes: what it "
            "refuses is tried again. Give it more shards.",
        )

    @property
    def arn(self) -> str:
        """What a rule delivers to."""
        return self.stream.stream_arn

    def graphs(self) -> dict[str, cloudwatch.IMetric]:
        """What a dashboard shows, by title."""
        return {
            f"Records of {self.name}": self._sum("IncomingRecords"),
            f"Refused by {self.name}": self._sum("WriteProvisionedThroughputExceeded"),
        }

    def _sum(self, metric: str) -> cloudwatch.IMetric:
        return cloudwatch.Metric(
            namespace="AWS/Kinesis",
            metric_name=metric,
            dimensions_map={"StreamName": self.stream.stream_name},
            period=MINUTE,
            statistic="Sum",
        )

    def delivery(self) -> list[iam.PolicyStatement]:
        """What the role of a rule needs to deliver here."""
        return [*self.redelivery(), self._may("kinesis:PutRecords")]

    def redelivery(self) -> list[iam.PolicyStatement]:
        """What a function needs that delivers one record here."""
        return [self._may("kinesis:PutRecord")]

    def _may(self, action: str) -> iam.PolicyStatement:
        return iam.PolicyStatement(actions=[action], resources=[self.arn])
