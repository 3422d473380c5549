"""The outbox of a domain: what is in it is what is not published yet."""

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from constructs import Construct

from stacks.building_blocks.alarms import Alarms, Severity
from stacks.building_blocks.dead_letter_queue import DeadLetterQueue
from stacks.building_blocks.domain_code import DomainCode
from stacks.building_blocks.domain_function import DomainFunction
from stacks.building_blocks.domain_table import new_table
from stacks.building_blocks.grant import Grant
from stacks.building_blocks.sweep import Sweep

NEW_ITEMS = lambda_.FilterCriteria.filter({"eventName": ["INSERT"]})

BATCH = 50
FOREVER = -1
"""Until the stream has forgotten the record, after a day: from then on the sweep publishes."""

LATE = cdk.Duration.minutes(10)


class Outbox(Construct):
    """A table with a stream → `publish_events` → the domain's bus, which deletes what the bus took.

    What cannot be put on the bus now is tried again for a day, and then by a sweep each minute,
    until it can. What the bus can never take goes to `<domain>-unpublished` at once.
    https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        bus: events.IEventBus,
        source: str,
        alarms: Alarms,
        code: DomainCode,
        removal_policy: cdk.RemovalPolicy,
    ) -> None:
        super().__init__(scope, id)
        self.table = new_table(self, removal_policy, stream=dynamodb.StreamViewType.NEW_IMAGE)
        unpublished = DeadLetterQueue(
            self,
            "Unpublished",
            alarms=alarms,
            failure=f"are events of {code.domain} that its bus can never take",
            name=f"{code.domain}-unpublished",
        )
        grants = [
            Grant({"BUS_NAME": bus.event_bus_name}, lambda f: _allow_put(f, bus, source)),
            self._may("OUTBOX_NAME", "dynamodb:BatchWriteItem"),
            Grant(
                {"UNPUBLISHED_URL": unpublished.queue.queue_url},
                lambda f: unpublished.queue.grant(f, "sqs:SendMessage"),
            ),
        ]
        publisher = DomainFunction(
            self,
            "Publisher",
            code=code,
            name="publish_events",
            module="eventing.publisher",
            grants=grants,
            alarms=alarms,
        )
        publisher.live.add_event_source(
            sources.DynamoEventSource(
                self.table,
                starting_position=lambda_.StartingPosition.TRIM_HORIZON,
                batch_size=BATCH,
                filters=[NEW_ITEMS],
                report_batch_item_failures=True,
                bisect_batch_on_error=True,
                retry_attempts=FOREVER,
                on_failure=sources.SqsDlq(unpublished.queue),
            )
        )
        sweeper = DomainFunction(
            self,
            "Sweeper",
            code=code,
            name="sweep_outbox",
            module="eventing.sweeper",
            grants=[*grants, self._may("OUTBOX_NAME", "dynamodb:Scan")],
            alarms=alarms,
        )
        Sweep(self, "Sweep", name=f"{code.domain}-sweep", function=sweeper, alarms=alarms)
        self.age = sweeper.written("OutboxAge")
        alarms.above(
            self,
            "Late",
            metric=self.age,
            limit=LATE.to_seconds(),
            periods=3,
            severity=Severity.WAKE,
            silence_is_bad=True,
            meaning=f"Events of {code.domain} wait for longer than {LATE.to_minutes()} minutes to "
            "be published, or nothing looks after them: publisher and sweeper are both down.",
        )

    def may_write(self) -> Grant:
        """A function may write events: it finds OUTBOX_NAME."""
        return self._may("OUTBOX_NAME", "dynamodb:PutItem")

    def _may(self, variable: str, *actions: str) -> Grant:
        def give(function: lambda_.Function) -> None:
            self.table.grant(function, *actions)

        return Grant({variable: self.table.table_name}, give)


def _allow_put(function: lambda_.Function, bus: events.IEventBus, source: str) -> None:
    """A publisher speaks for its own domain only, and asks whether its bus is there."""
    function.add_to_role_policy(
        iam.PolicyStatement(actions=["events:DescribeEventBus"], resources=[bus.event_bus_arn])
    )
    function.add_to_role_policy(
        iam.PolicyStatement(
            actions=["events:PutEvents"],
            resources=[bus.event_bus_arn],
            conditions={"StringEquals": {"events:source": source}},
        )
    )
