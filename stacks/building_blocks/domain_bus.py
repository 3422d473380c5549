"""A domain's bus: who may put events on it, what is kept of them, and their schemas."""

import json

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_eventschemas as eventschemas
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from contracts.language.catalog import CATALOG
from contracts.language.schemas import event_schema, schema_name
from stacks.building_blocks.admission import admit
from stacks.building_blocks.alarms import Alarms
from stacks.building_blocks.delivery_rule import DeliveryRule
from stacks.building_blocks.redelivery import LOG_STREAM, Redelivery
from stacks.observers import observed_by
from stacks.topology import Topology

ARCHIVED = cdk.Duration.days(30)


class DomainBus(Construct):
    """The bus named as its domain, with its policy, archive, audit log and schema registry.

    A producer's account may put just the events that the domain subscribes to, by source and
    detail-type: a policy cannot tell more of an event. What a subscription says of its content, the
    rules of both sides hold.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        topology: Topology,
        domain: str,
        alarms: Alarms,
        redelivery: Redelivery,
    ) -> None:
        super().__init__(scope, id)
        self.bus = events.EventBus(self, "Bus", event_bus_name=domain)
        for events_of in observed_by(domain):
            admit(self.bus, topology, events_of)
        self.bus.archive(
            "Archive", event_pattern=events.EventPattern(version=["0"]), retention=ARCHIVED
        )
        self._audit(topology, domain, alarms, redelivery)
        self._register_schemas(domain)

    def _audit(
        self, topology: Topology, domain: str, alarms: Alarms, redelivery: Redelivery
    ) -> None:
        """A log of every event on the bus.

        One resource policy for the one group: CDK's own target makes a custom resource of it.
        EventBridge delivers to log groups of the rule's account alone; conditions in such a policy
        are not documented, and one that does not hold would lose the log without a sign.
        """
        log_group = logs.LogGroup(
            self,
            "Audit",
            log_group_name=f"/aws/events/{domain}",
            retention=logs.RetentionDays.ONE_YEAR,
            removal_policy=topology.removal_policy,
        )
        policy = logs.CfnResourcePolicy(
            self,
            "AuditPolicy",
            policy_name=f"{domain}-bus-audit",
            policy_document=json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {
                                "Service": ["events.amazonaws.com", "delivery.logs.amazonaws.com"]
                            },
                            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                            "Resource": self._log_group_arn(topology, domain, streams=True),
                        }
                    ],
                }
            ),
        )
        rule = DeliveryRule(
            self,
            "AuditRule",
            bus_name=self.bus.event_bus_name,
            pattern={"account": [{"exists": True}]},
            target_arn=self._log_group_arn(topology, domain, streams=False),
            alarms=alarms,
            redelivery=redelivery,
            redelivered_with=[
                iam.PolicyStatement(
                    actions=["logs:PutLogEvents"],
                    resources=[
                        f"{self._log_group_arn(topology, domain, streams=False)}"
                        f":log-stream:{LOG_STREAM}"
                    ],
                )
            ],
            name=f"{domain}-audit",
        )
        rule.made_after(policy, log_group)
        logs.LogStream(self, "Redelivered", log_group=log_group, log_stream_name=LOG_STREAM)

    def _log_group_arn(self, topology: Topology, domain: str, *, streams: bool) -> str:
        account = topology.accounts[domain]
        group = f"arn:{topology.partition}:logs:{topology.region}:{account}:log-group"
        return f"{group}:/aws/events/{domain}{':*' if streams else ''}"

    def _register_schemas(self, domain: str) -> None:
        registry = eventschemas.CfnRegistry(
            self,
            "Registry",
            registry_name=domain,
            description=f"The events that {domain} publishes",
        )
        for event in CATALOG:
            if event.domain == domain:
                eventschemas.CfnSchema(
                    self,
                    f"Schema{event.detail_type}{event.version}",
                    registry_name=registry.attr_registry_name,
                    schema_name=schema_name(event),
                    type="JSONSchemaDraft4",
                    content=json.dumps(event_schema(event)),
                )
