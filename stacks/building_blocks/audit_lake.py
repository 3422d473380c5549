"""Every event as a line of a file in S3, by Firehose, and SQL over them."""

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kinesisfirehose as firehose
from aws_cdk import aws_s3 as s3
from constructs import Construct

from stacks.building_blocks.alarms import MINUTE, Alarms, Severity
from stacks.building_blocks.lake_table import LakeTable
from stacks.building_blocks.lake_writer import LakeWriter
from stacks.building_blocks.private_bucket import PrivateBucket

EVENTS, FAILED, ANSWERS = "events/", "failed/", "answers/"
"""What the bucket holds: the lines, what could not be written as one, the results of queries."""

STALE = cdk.Duration.minutes(15)


class AuditLake(Construct):
    """A Firehose stream → `events/day=2026-11-24/…` in a bucket, one JSON object a line."""

    partition_key = None

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        buffering: cdk.Duration,
        alarms: Alarms,
        removal_policy: cdk.RemovalPolicy,
    ) -> None:
        super().__init__(scope, id)
        self.name = name
        self.bucket = PrivateBucket(
            self,
            "Bucket",
            writer="Firehose writes here and logs what fails",
            removal_policy=removal_policy,
            rules=[s3.LifecycleRule(prefix=ANSWERS, expiration=cdk.Duration.days(30))],
        )
        writer = LakeWriter(
            self,
            "Writer",
            name=name,
            bucket=self.bucket,
            prefixes=(EVENTS, FAILED),
            alarms=alarms,
        )
        self._firehose = firehose.DeliveryStream(
            self,
            "Firehose",
            delivery_stream_name=name,
            encryption=firehose.StreamEncryption.aws_owned_key(),
            destination=firehose.S3Bucket(
                self.bucket,
                data_output_prefix=f"{EVENTS}day=!{{timestamp:yyyy-MM-dd}}/",
                error_output_prefix=f"{FAILED}!{{firehose:error-output-type}}/",
                buffering_interval=buffering,
                buffering_size=cdk.Size.mebibytes(5),
                compression=firehose.Compression.GZIP,
                processors=[firehose.AppendDelimiterToRecordProcessor()],
                logging_config=firehose.EnableLogging(writer.log),
                # Without updates: CDK's own grant lets Firehose read and delete.
                role=writer.role.without_policy_updates(),
            ),
        )
        self._watch(alarms)
        LakeTable(self, "Table", name=name, bucket=self.bucket, events=EVENTS, answers=ANSWERS)

    @property
    def arn(self) -> str:
        """What a rule delivers to."""
        return self._firehose.delivery_stream_arn

    def delivery(self) -> list[iam.PolicyStatement]:
        """What the role of a rule needs to deliver here."""
        return [*self.redelivery(), self._may("firehose:PutRecordBatch")]

    def redelivery(self) -> list[iam.PolicyStatement]:
        """What a function needs that delivers one record here."""
        return [self._may("firehose:PutRecord")]

    def _may(self, action: str) -> iam.PolicyStatement:
        return iam.PolicyStatement(actions=[action], resources=[self.arn])

    def graphs(self) -> dict[str, cloudwatch.IMetric]:
        """What a dashboard shows, by title."""
        return {f"Age of what waits in {self.name} (seconds)": self._age()}

    def _age(self) -> cloudwatch.IMetric:
        return cloudwatch.Metric(
            namespace="AWS/Firehose",
            metric_name="DeliveryToS3.DataFreshness",
            dimensions_map={"DeliveryStreamName": self.name},
            period=MINUTE,
            statistic="Maximum",
        )

    def _watch(self, alarms: Alarms) -> None:
        alarms.above(
            self,
            "Stale",
            metric=self._age(),
            limit=STALE.to_seconds(),
            severity=Severity.WAKE,
            meaning=f"Events wait in {self.name} for longer than {STALE.to_minutes()} minutes: "
            "Firehose cannot write to its bucket, and gives up after a day. See its log.",
        )
