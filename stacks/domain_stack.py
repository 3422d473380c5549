"""What every domain's stack begins with: its key, alarms, layers, bus, and routes to consumers."""

from collections.abc import Sequence

import aws_cdk as cdk
from constructs import Construct

from contracts.catalog import CURRENT
from stacks.building_blocks.alarms import Alarms
from stacks.building_blocks.cross_bus_route import CrossBusRoute
from stacks.building_blocks.delivery_rule import DeliveryRule, pattern_for
from stacks.building_blocks.domain_bus import DomainBus
from stacks.building_blocks.domain_key import DomainKey
from stacks.building_blocks.filtered_topic import FilteredTopic
from stacks.building_blocks.layers import Layers
from stacks.building_blocks.outbox import Outbox
from stacks.building_blocks.queues import BufferedQueue
from stacks.subscriptions import SOURCES, consumers_of, producers_for
from stacks.topology import Topology


class DomainStack(cdk.Stack):
    """A stack in its domain's account, named crossbus-<environment>-<domain>.

    Its template says, as metadata, what the domain publishes and what it subscribes to.
    """

    def __init__(self, scope: Construct, *, topology: Topology, domain: str) -> None:
        super().__init__(
            scope,
            domain.capitalize(),
            stack_name=f"crossbus-{topology.environment}-{domain}",
            env=topology.env_of(domain),
            description=f"Crossbus: the domain {domain}",
            termination_protection=topology.keeps_data,
            tags={"crossbus:domain": domain, "crossbus:environment": topology.environment},
        )
        self.topology = topology
        self.domain = domain
        self.key = DomainKey(self, "Key", domain=domain, removal_policy=topology.removal_policy)
        self.alarms = Alarms(self, "Alarms", key=self.key, topic_name=f"{domain}-alarms")
        self.layers = Layers(self, "Layers")
        self.bus = DomainBus(self, "Bus", topology=topology, domain=domain, alarms=self.alarms).bus
        for consumer, detail_types in consumers_of(domain).items():
            route = CrossBusRoute(
                self,
                f"To{consumer.capitalize()}",
                topology=topology,
                producer=domain,
                consumer=consumer,
                source=SOURCES[domain],
                detail_types=detail_types,
                alarms=self.alarms,
            )
            route.node.add_dependency(self.bus)
        self.template_options.metadata = {"crossbus": self._event_map()}

    def outbox(self) -> Outbox:
        """The domain's table, whose events are published on the domain's bus."""
        return Outbox(
            self,
            "Outbox",
            domain=self.domain,
            bus=self.bus,
            alarms=self.alarms,
            layers=self.layers,
            removal_policy=self.topology.removal_policy,
        )

    def deliver(
        self,
        id: str,
        *,
        name: str,
        source: str,
        detail_types: Sequence[str],
        to: BufferedQueue | FilteredTopic,
    ) -> None:
        """Delivers events of the domain's bus to a queue or topic that admits the rule first."""
        rule = DeliveryRule(
            self,
            id,
            bus_name=self.bus.event_bus_name,
            pattern=pattern_for(source, detail_types),
            target_arn=to.arn,
            alarms=self.alarms,
            name=name,
        )
        to.admit(rule.rule_arn)
        rule.made_after(to)

    def _event_map(self) -> dict[str, object]:
        published = [event for event in CURRENT.values() if event.domain == self.domain]
        return {
            "domain": self.domain,
            "bus": self.domain,
            "publishes": [
                {"source": event.source, "detail-type": event.detail_type} for event in published
            ],
            "subscribes": [
                {"source": SOURCES[producer], "detail-type": detail_type}
                for producer, detail_types in producers_for(self.domain).items()
                for detail_type in detail_types
            ],
        }
