"""A bucket for documents."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from stacks.building_blocks.grant import Grant
from stacks.building_blocks.private_bucket import PrivateBucket


class DocumentBucket(Construct):
    """A private bucket that functions write documents into."""

    def __init__(self, scope: Construct, id: str, *, removal_policy: cdk.RemovalPolicy) -> None:
        super().__init__(scope, id)
        self.bucket = PrivateBucket(
            self,
            "Bucket",
            writer="One function writes here and logs each document",
            removal_policy=removal_policy,
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
