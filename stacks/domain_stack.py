"""A domain's stack: the sentences that it is made of."""

from collections.abc import Iterable, Sequence

import aws_cdk as cdk
from constructs import Construct

from stacks.building_blocks.admission import admit_after_rules
from stacks.building_blocks.buffered_consumer import BufferedConsumer
from stacks.building_blocks.domain_dashboard import DomainDashboard
from stacks.building_blocks.domain_function import DomainFunction
from stacks.building_blocks.domain_table import DomainTable
from stacks.building_blocks.event_stream import EventStream
from stacks.building_blocks.filtered_topic import FilteredTopic
from stacks.building_blocks.gradual_deployments import GradualDeployments
from stacks.building_blocks.grant import Grant
from stacks.building_blocks.http_api import HttpApi
from stacks.building_blocks.outbox import Outbox
from stacks.building_blocks.partner_bus import PartnerBus
from stacks.building_blocks.queues import BufferedQueue
from stacks.building_blocks.sweep import Sweep
from stacks.event_map import event_map
from stacks.foundation import Foundation
from stacks.names import construct_id
from stacks.subscriptions import SOURCES, Events
from stacks.topology import Topology


class DomainStack(Foundation):
    """A domain's foundation, and what it does: `compose` adds that, of sentences.

    Its template says, as metadata, what the domain publishes and subscribes to: CDK takes a copy.
    """

    def __init__(self, scope: Construct, *, topology: Topology, domain: str) -> None:
        super().__init__(scope, topology=topology, domain=domain)
        self._metadata = event_map(domain)
        self.compose()
        admit_after_rules(self)
        if topology.deploys_gradually:
            found = (each for each in self.node.find_all() if isinstance(each, DomainFunction))
            GradualDeployments(self, "Deployments", functions=list(found), alarms=self.alarms)
        DomainDashboard(self, "Dashboard", name=f"{topology.environment}-{domain}")
        self.template_options.metadata = {"crossbus": self._metadata}

    def compose(self) -> None:
        """Adds what this domain does."""
        raise NotImplementedError(f"{type(self).__name__} composes nothing")

    def own(self, *detail_types: str) -> Events:
        """Events that the domain itself publishes."""
        return Events.all_of(self.domain, *detail_types)

    def table(self) -> DomainTable:
        """The domain's table: its state."""
        made = DomainTable(
            self, "Table", alarms=self.alarms, removal_policy=self.topology.removal_policy
        )
        cdk.CfnOutput(self, "TableName", value=made.table.table_name)
        return made

    def outbox(self) -> Outbox:
        """The domain's outbox: what is written into it is published on the domain's bus."""
        made = Outbox(
            self,
            "Outbox",
            bus=self.bus,
            source=SOURCES[self.domain],
            alarms=self.alarms,
            code=self.code,
            removal_policy=self.topology.removal_policy,
        )
        table = made.table.node.default_child
        assert isinstance(table, cdk.CfnElement)
        cdk.CfnOutput(self, "OutboxName", value=made.table.table_name)
        self._metadata["outbox"] = {"table": self.get_logical_id(table)}
        return made

    def receive(self, detail_types: Iterable[str], *, to: BufferedQueue) -> None:
        """Brings the events of the SaaS partner to a queue. `detail_types` are those it sends."""
        partner = self.topology.partner
        PartnerBus(
            self, "Partner", partner=partner, to=to, alarms=self.alarms, redelivery=self.redelivery
        )
        self._metadata["receives"] = [
            {"bus": partner.bus, "source": partner.source, "detail-type": detail_type}
            for detail_type in detail_types
        ]

    def topic(self, name: str) -> FilteredTopic:
        """A topic that fans out to queues, by filter policies."""
        return FilteredTopic(
            self,
            construct_id(name),
            name=name,
            key=self.key,
            alarms=self.alarms,
            redelivery=self.redelivery,
        )

    def api(self) -> HttpApi:
        """The domain's HTTP API."""
        made = HttpApi(
            self, "Http", name=self.domain, alarms=self.alarms, requests=self._metadata["requests"]
        )
        cdk.CfnOutput(self, "ApiUrl", value=made.api.api_endpoint)
        return made

    def function(self, name: str, *grants: Grant) -> DomainFunction:
        """The function of `lambdas/<domain>/<name>.py`, with these grants."""
        return DomainFunction(
            self, construct_id(name), code=self.code, name=name, grants=grants, alarms=self.alarms
        )

    def sweep(self, name: str, *grants: Grant) -> DomainFunction:
        """The function `name` runs each minute, with these grants."""
        made = self.function(name, *grants)
        queue = f"{self.domain}-{name}-sweep"
        Sweep(self, construct_id(queue), name=queue, function=made, alarms=self.alarms)
        return made

    def consumer(
        self,
        name: str,
        *grants: Grant,
        queues: Sequence[str] = (),
        stream: EventStream | None = None,
        events: Iterable[Events] = (),
        fifo: bool = False,
        delay: cdk.Duration | None = None,
    ) -> BufferedConsumer:
        """The function `name` consumes these queues, or this stream, with these grants.

        `events` of the domain's bus are delivered to its queue; without any, something else fills
        it. Of events, there must be one queue. A `delay` makes each message wait so long first.
        """
        made = BufferedConsumer(
            self,
            f"{construct_id(name)}{'Stream' if stream else 'Queues'}",
            function=self.function(name, *grants),
            queues=queues,
            stream=stream,
            alarms=self.alarms,
            fifo=fifo,
            delay=delay,
        )
        for each in events:
            self.deliver(each, to=made.queue)
        return made
