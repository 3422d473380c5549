"""A domain's table: its state, by key."""

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.building_blocks.alarms import MINUTE, Alarms, Severity
from stacks.building_blocks.grant import Grant
from stacks.names import construct_id


class DomainTable(Construct):
    """A table, and its indexes, with alarms while DynamoDB throttles them."""

    def __init__(
        self, scope: Construct, id: str, *, alarms: Alarms, removal_policy: cdk.RemovalPolicy
    ) -> None:
        super().__init__(scope, id)
        self._alarms = alarms
        self.table = new_table(self, removal_policy)
        self._watch("", {"TableName": self.table.table_name})

    def index(self, name: str, *, partition: str, sort: str) -> Grant:
        """An index of the items that have both attributes, which are texts: with these and the key
        alone. A function may query it with the grant: it finds TABLE_NAME.
        """
        self.table.add_global_secondary_index(
            index_name=name,
            partition_key=dynamodb.Attribute(name=partition, type=dynamodb.AttributeType.STRING),
            sort_key=dynamodb.Attribute(name=sort, type=dynamodb.AttributeType.STRING),
            projection_type=dynamodb.ProjectionType.KEYS_ONLY,
        )
        dimensions = {"TableName": self.table.table_name, "GlobalSecondaryIndexName": name}
        self._watch(construct_id(name), dimensions)
        return self._may(f"{self.table.table_arn}/index/{name}", ["Query"])

    def _may(self, arn: str, actions: Sequence[str]) -> Grant:
        """CDK's own grant on a table is one on all its indexes too."""
        may = iam.PolicyStatement(
            actions=[f"dynamodb:{action}" for action in actions], resources=[arn]
        )
        return Grant(
            {"TABLE_NAME": self.table.table_name},
            lambda function: function.add_to_role_policy(may),
        )

    def _watch(self, what: str, dimensions: dict[str, str]) -> None:
        """An index that is throttled holds up the writes of its table."""
        for metric_name in ("ReadThrottleEvents", "WriteThrottleEvents"):
            self._alarms.above(
                self,
                f"{what}{metric_name}",
                metric=cloudwatch.Metric(
                    namespace="AWS/DynamoDB",
                    metric_name=metric_name,
                    dimensions_map=dimensions,
                    period=MINUTE,
                    statistic="Sum",
                ),
                limit=0,
                periods=5,
                severity=Severity.TELL,
                meaning=f"{metric_name} of a table of {self._alarms.domain} for 5 minutes: it "
                "takes less than is asked of it; what waits is tried again.",
            )

    def may(self, *actions: str) -> Grant:
        """A function may do this with items, such as `GetItem`: it finds TABLE_NAME."""

        return self._may(self.table.table_arn, actions)


def new_table(
    scope: Construct,
    removal_policy: cdk.RemovalPolicy,
    stream: dynamodb.StreamViewType | None = None,
) -> dynamodb.Table:
    """A table with the key `pk`, encrypted, to be restored to any second of the last 35 days.

    Items go at the time in `expiresAt`, where they have one.
    """
    return dynamodb.Table(
        scope,
        "Table",
        partition_key=dynamodb.Attribute(name="pk", type=dynamodb.AttributeType.STRING),
        billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
        encryption=dynamodb.TableEncryption.AWS_MANAGED,
        point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
            point_in_time_recovery_enabled=True
        ),
        stream=stream,
        time_to_live_attribute="expiresAt",
        deletion_protection=removal_policy != cdk.RemovalPolicy.DESTROY,
        removal_policy=removal_policy,
    )
