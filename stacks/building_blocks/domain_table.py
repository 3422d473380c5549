"""A domain's table, and the function that publishes the events written into it."""

from functools import partial

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from constructs import Construct

from stacks.building_blocks.alarms import Alarms, per_minute
from stacks.building_blocks.domain_code import DomainCode
from stacks.building_blocks.domain_function import DomainFunction
from stacks.building_blocks.grant import Grant
from stacks.building_blocks.queues import DeadLetterQueue

OUTBOX_ITEMS = lambda_.FilterCriteria.filter(
    {
        "eventName": ["INSERT", "MODIFY"],
        "dynamodb": {"Keys": {"pk": {"S": [{"prefix": "EVENT#"}]}}},
    }
)
"""New events, and old ones that were touched to be published again."""

BATCH = 50
RETRIES = 10


class DomainTable(Construct):
    """State and outbox: a table with a stream → `publish_events` → the domain's bus.

    A batch that fails is retried from its first failed record, and halved on an error. What fails
    for good goes to the on-failure queue, which says where in the stream it stands.
    https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        bus: events.IEventBus,
        alarms: Alarms,
        code: DomainCode,
        removal_policy: cdk.RemovalPolicy,
    ) -> None:
        super().__init__(scope, id)
        self.table = dynamodb.Table(
            self,
            "Table",
            partition_key=dynamodb.Attribute(name="pk", type=dynamodb.AttributeType.STRING),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption=dynamodb.TableEncryption.AWS_MANAGED,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            stream=dynamodb.StreamViewType.NEW_IMAGE,
            time_to_live_attribute="expiresAt",
            deletion_protection=removal_policy != cdk.RemovalPolicy.DESTROY,
            removal_policy=removal_policy,
        )
        unpublished = DeadLetterQueue(
            self,
            "Unpublished",
            alarms=alarms,
            failure=f"name events of {code.domain} that could not be published",
            name=f"{code.domain}-unpublished",
        )
        publisher = DomainFunction(
            self,
            "Publisher",
            code=code,
            name="publish_events",
            module="eventing.publisher",
            grants=[Grant({"BUS_NAME": bus.event_bus_name}, bus.grant_put_events_to)],
        )
        publisher.add_event_source(
            sources.DynamoEventSource(
                self.table,
                starting_position=lambda_.StartingPosition.TRIM_HORIZON,
                batch_size=BATCH,
                filters=[OUTBOX_ITEMS],
                report_batch_item_failures=True,
                bisect_batch_on_error=True,
                retry_attempts=RETRIES,
                on_failure=sources.SqsDlq(unpublished.queue),
            )
        )
        alarms.above(
            self,
            "Behind",
            metric=per_minute(partial(publisher.metric, "IteratorAge"), "Maximum"),
            limit=cdk.Duration.minutes(5).to_milliseconds(),
            meaning=f"Events of {code.domain} wait for longer than 5 minutes to be published.",
        )

    def may(self, *actions: str) -> Grant:
        """A function may do this with items, such as `GetItem`: it finds TABLE_NAME."""

        def give(function: lambda_.Function) -> None:
            self.table.grant(function, *(f"dynamodb:{action}" for action in actions))

        return Grant({"TABLE_NAME": self.table.table_name}, give)
