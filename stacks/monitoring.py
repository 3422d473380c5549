"""The monitoring account: it sees the metrics, logs and traces of all domains' accounts."""

from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks.building_blocks.monitoring_link import MonitoringLink
from stacks.building_blocks.monitoring_sink import MonitoringSink
from stacks.building_blocks.whole_dashboard import WholeDashboard
from stacks.domain_stack import DomainStack
from stacks.topology import Topology

FOLLOWED = "correlationId"

FOLLOW = f"""\
fields @timestamp, @log, coalesce(service, source) as who, coalesce(message, `detail-type`) as what
| filter correlation_id = "{{{{{FOLLOWED}}}}}"
    or detail.metadata.correlationId = "{{{{{FOLLOWED}}}}}"
| sort @timestamp asc
| limit 10000
"""
"""What happened in one process, by time: lines of functions and events of buses' audit logs."""


class Monitoring(cdk.Stack):
    """A stack in the monitoring account, named crossbus-<environment>-monitoring.

    It has the sink, the dashboard of the whole and a query that follows one process; each linked
    account has its link in the stack of the first domain there. Where no account but this one has
    a domain, there is nothing to link, and so no sink. Make it last: it shows what the stacks of
    the domains hold.
    """

    def __init__(
        self, scope: Construct, *, topology: Topology, domains: Mapping[str, DomainStack]
    ) -> None:
        super().__init__(
            scope,
            "Monitoring",
            stack_name=f"crossbus-{topology.environment}-monitoring",
            env=cdk.Environment(account=topology.monitoring, region=topology.region),
            description="Crossbus: all domains at one glance",
            termination_protection=topology.keeps_data,
            tags={"crossbus:environment": topology.environment},
        )
        if topology.linked:
            MonitoringSink(self, "Sink", topology=topology)
        for domain in topology.linked.values():
            MonitoringLink(domains[domain], "MonitoringLink", given_by=self)
        WholeDashboard(
            self,
            "Whole",
            name=f"crossbus-{topology.environment}",
            domains=list(domains.values()),
        )
        # It names no log groups: those of other accounts cannot be saved with a query. Who runs it
        # chooses all of the linked accounts.
        logs.CfnQueryDefinition(
            self,
            "Follow",
            name=f"crossbus-{topology.environment}/Follow a process",
            query_string=FOLLOW,
            parameters=[
                logs.CfnQueryDefinition.QueryParameterProperty(
                    name=FOLLOWED, description="metadata.correlationId of any of its events"
                )
            ],
        )
