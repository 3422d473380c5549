"""As whom Firehose writes into a bucket, and where it says why it could not."""

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct

from stacks.building_blocks.alarms import MINUTE, Alarms, Severity


class LakeWriter(Construct):
    """A role that writes what is new under some prefixes of a bucket, and nothing else; a log group
    with an alarm on each line of it: Firehose writes errors there.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CreateFirehoseStream.html
    https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html
    https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-logs.html
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        bucket: s3.Bucket,
        prefixes: Sequence[str],
        alarms: Alarms,
    ) -> None:
        super().__init__(scope, id)
        self.log = logs.LogGroup(
            self,
            "Log",
            retention=logs.RetentionDays.ONE_MONTH,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        self.role = self._role(bucket, prefixes)
        alarms.above(
            self,
            "Failing",
            metric=cloudwatch.Metric(
                namespace="AWS/Logs",
                metric_name="IncomingLogEvents",
                dimensions_map={"LogGroupName": self.log.log_group_name},
                period=MINUTE,
                statistic="Sum",
            ),
            limit=0,
            severity=Severity.TELL,
            meaning=f"Firehose fails to write events of {name}, and says why in its log: it tries "
            "again for a day, and puts what can be no line of a file under failed/.",
        )

    def _role(self, bucket: s3.Bucket, prefixes: Sequence[str]) -> iam.Role:
        stack = cdk.Stack.of(self)
        written = [bucket.arn_for_objects(f"{prefix}*") for prefix in prefixes]
        listing = ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"]
        allowed = {
            ("s3:AbortMultipartUpload", "s3:PutObject"): written,
            tuple(listing): [bucket.bucket_arn],
            ("logs:PutLogEvents",): [self.log.log_group_arn],
        }
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal(
                "firehose.amazonaws.com",
                # That is how Firehose says whose stream it is: AWS documents no other key.
                conditions={"StringEquals": {"sts:ExternalId": stack.account}},
            ),
            inline_policies={
                "Write": iam.PolicyDocument(
                    statements=[
                        iam.PolicyStatement(actions=list(actions), resources=resources)
                        for actions, resources in allowed.items()
                    ]
                )
            },
        )
        bucket_id = stack.get_logical_id(bucket.node.default_child)  # type: ignore[arg-type]
        for prefix in prefixes:
            cdk.Validations.of(role).acknowledge(
                cdk.Acknowledgment(
                    id=f"AwsSolutions-IAM5[Resource::<{bucket_id}.Arn>/{prefix}*]",
                    reason="The keys of the files are not known beforehand, but for their prefix.",
                )
            )
        return role
