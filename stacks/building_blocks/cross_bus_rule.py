"""A producer's events on their way to a consumer: from bus to bus, across accounts."""

from functools import partial

from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.building_blocks.alarms import Alarms
from stacks.building_blocks.awaited_bus import AwaitedBus
from stacks.building_blocks.delivery_rule import DeliveryRule
from stacks.building_blocks.patterns import pattern_for
from stacks.building_blocks.redelivery import Redelivery
from stacks.subscriptions import Events
from stacks.topology import Topology


class CrossBusRule(Construct):
    """A rule on the producer's bus that forwards to the consumer's, as a role of its own.

    The consumer's bus has to allow the producer's account: see DomainBus. EventBridge forwards an
    event from bus to bus once and drops it the second time.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        topology: Topology,
        events: Events,
        consumer: str,
        alarms: Alarms,
        bus_name: str,
        redelivery: Redelivery,
    ) -> None:
        super().__init__(scope, id)
        target_arn = topology.bus_arn(consumer)
        putting = partial(iam.PolicyStatement, actions=["events:PutEvents"], resources=[target_arn])
        own = {"StringEquals": {"events:source": events.source}}
        # Where both share an account: a bus of one's own may take events though it is gone.
        asking = iam.PolicyStatement(actions=["events:DescribeEventBus"], resources=[target_arn])
        rule = DeliveryRule(
            self,
            "Rule",
            bus_name=bus_name,
            pattern=pattern_for(events, topology.accounts[events.producer]),
            target_arn=target_arn,
            delivery=[putting()],
            redelivered_with=[putting(conditions=own), asking],
            alarms=alarms,
            redelivery=redelivery,
            name=f"{events.producer}-to-{consumer}",
        )
        AwaitedBus(self, "Awaited", consumer=consumer, rule=rule)
