"""What every domain's stack begins with: key, alarms, code, bus, and the rules of that bus."""

from typing import Any

import aws_cdk as cdk
from constructs import Construct

from stacks.building_blocks.alarms import Alarms
from stacks.building_blocks.audit_lake import AuditLake
from stacks.building_blocks.cross_bus_rule import CrossBusRule
from stacks.building_blocks.delivery_rule import DeliveryRule
from stacks.building_blocks.domain_bus import DomainBus
from stacks.building_blocks.domain_code import DomainCode
from stacks.building_blocks.domain_key import DomainKey
from stacks.building_blocks.event_stream import EventStream
from stacks.building_blocks.filtered_topic import FilteredTopic
from stacks.building_blocks.operations import Operations
from stacks.building_blocks.patterns import pattern_for, pattern_for_all
from stacks.building_blocks.queues import BufferedQueue
from stacks.building_blocks.redelivery import Redelivery
from stacks.names import construct_id
from stacks.observers import consumers_of, observed_by
from stacks.subscriptions import Events
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
        Operations(self, "Operations", key=self.key, alarms=self.alarms, redelivery=self.redelivery)
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

    def deliver(self, events: Events, *, to: BufferedQueue | FilteredTopic) -> None:
        """Delivers events of the domain's bus to a queue or topic."""
        pattern = pattern_for(events, self.topology.accounts[events.producer])
        self._rule(f"{events.producer}-to-{to.name}", pattern, to)

    def deliver_all(self, *, to: EventStream | AuditLake) -> None:
        """Delivers all that the domain observes to a stream or a lake, by one rule."""
        pattern = pattern_for_all(self.observed, self.topology.accounts)
        self._rule(
            f"{self.domain}-to-{to.name}",
            pattern,
            to,
            partition_key=to.partition_key,
            redelivered_with=to.redelivery(),
        )

    def _rule(
        self,
        name: str,
        pattern: dict[str, Any],
        to: BufferedQueue | FilteredTopic | EventStream | AuditLake,
        **more: Any,
    ) -> None:
        rule = DeliveryRule(
            self,
            construct_id(name),
            bus_name=self.bus.event_bus_name,
            pattern=pattern,
            target_arn=to.arn,
            delivery=to.delivery(),
            alarms=self.alarms,
            redelivery=self.redelivery,
            name=name,
            **more,
        )
        rule.made_after(to)
