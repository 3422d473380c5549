"""The key that encrypts a domain's topics."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct


class DomainKey(kms.Key):
    """A customer managed key, rotated, that CloudWatch may use, for alarms.

    The AWS managed key of SNS cannot be granted to it, and what it publishes would vanish. A rule
    publishes as a role of its own.
    https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    """

    def __init__(
        self, scope: Construct, id: str, *, domain: str, removal_policy: cdk.RemovalPolicy
    ) -> None:
        super().__init__(
            scope,
            id,
            description=f"Topics of the domain {domain}",
            enable_key_rotation=True,
            removal_policy=removal_policy,
        )
        self.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["kms:Decrypt", "kms:GenerateDataKey*"],
                # In a key's policy, * is the key itself.
                resources=["*"],
                conditions={"StringEquals": {"aws:SourceAccount": cdk.Stack.of(self).account}},
            )
        )
