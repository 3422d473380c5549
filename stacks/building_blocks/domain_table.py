"""A domain's table: its state, by key."""

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.building_blocks.alarms import MINUTE, OFTEN, Alarms, Severity
from stacks.building_blocks.grant import Grant
from stacks.names import construct_id

WRITES = ("PutItem", "UpdateItem", "DeleteItem")
"""Actions that permit these calls, and the same in a TransactWriteItems."""


class DomainTable(Construct):
    """A table, and its indexes, with alarms while DynamoDB throttles them or fails."""

    def __init__(
        self, scope: Construct, id: str, *, alarms: Alarms, removal_policy: cdk.RemovalPolicy
    ) -> None:
        super().__init__(scope, id)
        self.table = new_table(self, removal_policy)
        self._alarms = TableAlarms(self, self.table, alarms)

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
        self._alarms.on_throttles(construct_id(name), {"GlobalSecondaryIndexName": name})
        return self._may(f"{self.table.table_arn}/index/{name}", ["Query"])

    def _may(self, arn: str, actions: Sequence[str]) -> Grant:
        """CDK's own grant on a table is one on all its indexes too."""
        self._alarms.on_errors(actions)
        may = iam.PolicyStatement(
            actions=[f"dynamodb:{action}" for action in actions], resources=[arn]
        )
        return Grant(
            {"TABLE_NAME": self.table.table_name},
            lambda function: function.add_to_role_policy(may),
        )

    def may(self, *actions: str) -> Grant:
        """A function may do this with items, such as `GetItem`: it finds TABLE_NAME."""

        return self._may(self.table.table_arn, actions)


class TableAlarms:
    """The alarms of a table: on throttles from the first, on errors of the calls that it permits.

    An alarm for each call, as DynamoDB counts its errors by call: one on the sum would cost the
    same, since CloudWatch bills the metrics that an alarm reads.
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
    """

    def __init__(self, scope: Construct, table: dynamodb.Table, alarms: Alarms) -> None:
        self._scope, self._table, self._alarms = scope, table, alarms
        self._calls: set[str] = set()
        self.on_throttles("", {})

    def on_throttles(self, what: str, dimensions: dict[str, str]) -> None:
        """An index that is throttled holds up the writes of its table."""
        for metric_name in ("ReadThrottleEvents", "WriteThrottleEvents"):
            self._alarms.above(
                self._scope,
                f"{what}{metric_name}",
                metric=self._sum(metric_name, dimensions),
                limit=0,
                periods=5,
                severity=Severity.TELL,
                meaning=f"{metric_name} of a table of {self._alarms.domain} for 5 minutes: it "
                "takes less than is asked of it; what waits is tried again.",
            )

    def on_errors(self, actions: Sequence[str]) -> None:
        """A grant of these actions lets functions make these calls."""
        calls = {*actions, *(["TransactWriteItems"] if set(actions) & set(WRITES) else [])}
        periods, of = OFTEN
        for call in sorted(calls - self._calls):
            self._calls.add(call)
            self._alarms.above(
                self._scope,
                f"{call}SystemErrors",
                metric=self._sum("SystemErrors", {"Operation": call}),
                limit=0,
                periods=periods,
                of=of,
                severity=Severity.TELL,
                meaning=f"SystemErrors of {call} on a table of {self._alarms.domain} in {periods} "
                f"of {of} minutes: DynamoDB fails; what failed is tried again.",
            )

    def _sum(self, metric_name: str, dimensions: dict[str, str]) -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace="AWS/DynamoDB",
            metric_name=metric_name,
            dimensions_map={"TableName": self._table.table_name} | dimensions,
            period=MINUTE,
            statistic="Sum",
        )


def new_table(
    scope: Construct,
    removal_policy: cdk.RemovalPolicy,
    stream: dynamodb.StreamViewType | None = None,
) -> dynamodb.Table:
    """A table with the key `pk`, encrypted, to be restored to any second of the last 35 days.

    Items go at the time in `expiresAt`, where they have one. Where tables are kept, nobody can
    delete one, nor can CloudFormation where the first deploy of a stack fails: it leaves the table.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
    """
    is_kept = removal_policy != cdk.RemovalPolicy.DESTROY
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
        deletion_protection=is_kept,
        removal_policy=cdk.RemovalPolicy.RETAIN if is_kept else removal_policy,
    )
