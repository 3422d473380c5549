"""The bucket that others are made of."""

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3
from constructs import Construct


class PrivateBucket(s3.Bucket):
    """Private, encrypted, TLS only, versioned: what is written over can be had back for 90 days.

    `writer` says who writes, for whoever asks why there is no access log.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        writer: str,
        removal_policy: cdk.RemovalPolicy,
        rules: Sequence[s3.LifecycleRule] = (),
    ) -> None:
        super().__init__(
            scope,
            id,
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
                ),
                *rules,
            ],
            removal_policy=removal_policy,
        )
        cdk.Validations.of(self).acknowledge(
            cdk.Acknowledgment(
                id="AwsSolutions-S1",
                reason=f"{writer}; who reads is for the data events of the account's CloudTrail.",
            )
        )
