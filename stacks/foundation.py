"""What every domain's stack begins with: key, alarms, code, bus, and what forwards from it."""

import aws_cdk as cdk
from constructs import Construct

from stacks.building_blocks.alarms import Alarms
from stacks.building_blocks.cross_bus_rule import CrossBusRule
from stacks.building_blocks.domain_bus import DomainBus
from stacks.building_blocks.domain_code import DomainCode
from stacks.building_blocks.domain_key import DomainKey
from stacks.building_blocks.redelivery import Redelivery
from stacks.names import construct_id
from stacks.subscriptions import Events, consumers_of, observed_by
from stacks.topology import Topology


class Foundation(cdk.Stack):
    """A stack in its domain's account, named crossbus-<environment>-<domain>.

    It has the domain's key, alarms, code, redelivery, bus, and the rules that forward to consumers.
    """

    def __init__(self, scope: Construct, *, topology: Topology, domain: str) -> None:
        super().__init__(
            scope,
            construct_id(domain),
            stack_name=f"crossbus-{topology.environment}-{domain}",
            env=topology.env_of(domain),
            description=f"Crossbus: the domain {domain}",
            termination_protection=topology.keeps_data,
            tags={"crossbus:domain": domain, "crossbus:environment": topology.environment},
        )
        self.topology = topology
        self.domain = domain
        self.observed = observed_by(domain)
        self.key = DomainKey(self, "Key", domain=domain, removal_policy=topology.removal_policy)
        self.alarms = Alarms(self, "Alarms", key=self.key, domain=domain)
        producers = (events.producer for events in self.observed)
        self.code = DomainCode(self, "Code", domain=domain, contracts_of=[domain, *producers])
        self.redelivery = Redelivery(
            self,
            "Redelivery",
            code=self.code,
            role_name=topology.redelivery_role_name(domain),
            alarms=self.alarms,
        )
        self.bus = DomainBus(
            self,
            "Bus",
            topology=topology,
            domain=domain,
            alarms=self.alarms,
            redelivery=self.redelivery,
        ).bus
        for consumer, events in consumers_of(domain).items():
            CrossBusRule(
                self,
                f"To{construct_id(consumer)}",
                topology=topology,
                events=events,
                consumer=consumer,
                bus_name=self.bus.event_bus_name,
                alarms=self.alarms,
                redelivery=self.redelivery,
            )

    def observed_of(self, producer: str) -> list[Events]:
        """What the domain observes of a producer."""
        return [events for events in self.observed if events.producer == producer]
