"""The key that encrypts a domain's topics."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct


class DomainKey(kms.Key):
    """A customer managed key, rotated, that EventBridge and CloudWatch may use.

    The AWS managed key of SNS cannot be granted to them, and what they publish would vanish.
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
        stack = cdk.Stack.of(self)
        self._allow("cloudwatch.amazonaws.com", {"aws:SourceAccount": stack.account})
        # EventBridge sends no source account or ARN with its requests to KMS, so none can be
        # required. What a rule may publish to is decided by the policy of each topic.
        self._allow("events.amazonaws.com", {})

    def _allow(self, service: str, equal: dict[str, str]) -> None:
        self.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal(service)],
                actions=["kms:Decrypt", "kms:GenerateDataKey*"],
                # In a key's policy, * is the key itself.
                resources=["*"],
                conditions={"StringEquals": equal} if equal else None,
            )
        )
