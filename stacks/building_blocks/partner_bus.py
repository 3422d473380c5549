"""The bus on which a SaaS partner's events arrive, and the rule that brings them to a queue."""

import aws_cdk as cdk
from aws_cdk import aws_events as events
from constructs import Construct

from stacks.building_blocks.alarms import Alarms
from stacks.building_blocks.delivery_rule import DeliveryRule
from stacks.building_blocks.queues import BufferedQueue
from stacks.building_blocks.redelivery import Redelivery
from stacks.topology import PartnerEvents

ARCHIVED = cdk.Duration.days(30)


class PartnerBus(Construct):
    """With a partner event source, the partner bus of it: named as the source, and only the partner
    can put events there. Without, a custom bus on which whoever of the account may PutEvents can
    put such events.

    Every event of the source is delivered, whatever its detail-type: what it is, the consumer has
    to know. Nothing is forwarded from here to another bus: it would be the only hop that there is.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-saas.html
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        partner: PartnerEvents,
        to: BufferedQueue,
        alarms: Alarms,
        redelivery: Redelivery,
    ) -> None:
        super().__init__(scope, id)
        bus = events.EventBus(
            self,
            "Bus",
            event_bus_name=None if partner.is_partner_bus else partner.bus,
            event_source_name=partner.bus if partner.is_partner_bus else None,
        )
        bus.archive("Archive", event_pattern=events.EventPattern(version=["0"]), retention=ARCHIVED)
        rule = DeliveryRule(
            self,
            "Rule",
            bus_name=partner.bus,
            pattern={"source": [partner.source]},
            target_arn=to.arn,
            delivery=to.delivery(),
            alarms=alarms,
            redelivery=redelivery,
            name=f"partner-to-{to.name}",
        )
        rule.made_after(bus, to)
