"""A bucket for documents."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from constructs import Construct

from stacks.building_blocks.grant import Grant


class DocumentBucket(Construct):
    """Private, encrypted, TLS only, versioned: what is written over can be had back for 90 days."""

    def __init__(self, scope: Construct, id: str, *, removal_policy: cdk.RemovalPolicy) -> None:
        super().__init__(scope, id)
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            versioned=True,
            lifecycle_rules=[
                s3.LifecycleRule(
                    noncurrent_version_expiration=cdk.Duration.days(90),
                    abort_incomplete_multipart_upload_after=cdk.Duration.days(7),
                )
            ],
            removal_policy=removal_policy,
        )
        cdk.Validations.of(self.bucket).acknowledge(
            cdk.Acknowledgment(
                id="AwsSolutions-S1",
                reason="One function writes here and logs each document; who reads is for the data "
                "events of the account's CloudTrail.",
            )
        )

    def may_put(self, *prefixes: str) -> Grant:
        """A function may write documents whose keys begin so: it finds BUCKET_NAME."""

        def give(function: lambda_.Function) -> None:
            for prefix in prefixes:
                self._allow_put(prefix, function)

        return Grant({"BUCKET_NAME": self.bucket.bucket_name}, give)

    def _allow_put(self, prefix: str, function: lambda_.Function) -> None:
        objects = self.bucket.arn_for_objects(f"{prefix}*")
        function.add_to_role_policy(
            iam.PolicyStatement(actions=["s3:PutObject"], resources=[objects])
        )
        bucket_id = cdk.Stack.of(self).get_logical_id(self.bucket.node.default_child)  # type: ignore[arg-type]
        cdk.Validations.of(function.role or function).acknowledge(
            cdk.Acknowledgment(
                id=f"AwsSolutions-IAM5[Resource::<{bucket_id}.Arn>/{prefix}*]",
                reason="The keys of the documents are not known beforehand, but for their prefix.",
            )
        )
