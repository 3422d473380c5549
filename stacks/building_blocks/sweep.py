"""A function that runs each minute."""

import aws_cdk as cdk
from aws_cdk import aws_lambda_event_sources as sources
from constructs import Construct

from stacks.building_blocks.alarms import Alarms
from stacks.building_blocks.delivery_rule import DeliveryRule
from stacks.building_blocks.domain_function import DomainFunction
from stacks.building_blocks.queues import BufferedQueue, visibility_of

FORGOTTEN = cdk.Duration.minutes(15)
"""A minute that was missed is not made up for: the next run does all that there is to do."""

LATE = cdk.Duration.minutes(10)
"""Nothing in the queue grows older than FORGOTTEN, so the alarm rings before that."""


class Sweep(Construct):
    """A schedule of the default bus → a queue → the function, one run at a time.

    The queue gives the run what every hop has: retries, a dead-letter place, alarms. Lambda's own
    asynchronous invocation would have them nowhere to be seen.
    """

    def __init__(
        self, scope: Construct, id: str, *, name: str, function: DomainFunction, alarms: Alarms
    ) -> None:
        super().__init__(scope, id)
        queue = BufferedQueue(
            self,
            "Queue",
            name=name,
            alarms=alarms,
            visibility=visibility_of(function),
            max_age=LATE,
            retention=FORGOTTEN,
        )
        function.live.add_event_source(
            sources.SqsEventSource(queue.queue, batch_size=1, max_concurrency=2)
        )
        rule = DeliveryRule(
            self,
            "EachMinute",
            bus_name="default",
            schedule="rate(1 minute)",
            target_arn=queue.arn,
            delivery=queue.delivery(),
            alarms=alarms,
            name=name,
        )
        rule.made_after(queue)
