"""The insights domain: keeps every event of every domain, in order and as lines for SQL; counts."""

import aws_cdk as cdk

from stacks.building_blocks.audit_lake import AuditLake
from stacks.building_blocks.event_stream import EventStream
from stacks.domain_stack import DomainStack

BUFFERED = {True: cdk.Duration.minutes(5), False: cdk.Duration.seconds(10)}
"""How long Firehose gathers lines for a file, where data is kept and where it is not."""


class Insights(DomainStack):
    """Bus `insights` → stream `events` → project_demand → table, and → Firehose `audit` → S3."""

    def compose(self) -> None:
        stream = EventStream(
            self,
            "Events",
            name="events",
            alarms=self.alarms,
            removal_policy=self.topology.removal_policy,
        )
        lake = AuditLake(
            self,
            "Audit",
            name="audit",
            buffering=BUFFERED[self.topology.keeps_data],
            alarms=self.alarms,
            removal_policy=self.topology.removal_policy,
        )
        for store in (stream, lake):
            self.deliver_all(to=store)
        self.consumer(
            "project_demand",
            self.table().may("BatchGetItem", "PutItem", "UpdateItem"),
            stream=stream,
        )
