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
from stacks.building_blocks.alarms import Alarms
from stacks.building_blocks.delivery_rule import DeliveryRule
from stacks.names import construct_id
from stacks.subscriptions import Events, observed_by
from stacks.topology import Topology

ARCHIVED = cdk.Duration.days(30)


class DomainBus(Construct):
    """The bus named as its domain, with its policy, archive, audit log and schema registry.

    A producer's account may put just the events that the domain subscribes to, by source and
    detail-type: a policy cannot tell more of an event. What a subscription says of its content, the
    rules of both sides hold.
    """

    def __init__(
        self, scope: Construct, id: str, *, topology: Topology, domain: str, alarms: Alarms
    ) -> None:
        super().__init__(scope, id)
        self.bus = events.EventBus(self, "Bus", event_bus_name=domain)
        for events_of in observed_by(domain):
            self._allow(topology, events_of)
        self.bus.archive(
            "Archive", event_pattern=events.EventPattern(version=["0"]), retention=ARCHIVED
        )
        self._audit(topology, domain, alarms)
        self._register_schemas(domain)

    def _allow(self, topology: Topology, observed: Events) -> None:
        """Null, so that a request without source or detail-type does not pass the conditions."""
        equal: dict[str, str | list[str]] = {
            "events:source": observed.source,
            "events:detail-type": observed.detail_types,
        }
        if topology.organization:
            equal["aws:PrincipalOrgID"] = topology.organization
        self.bus.add_to_resource_policy(
            iam.PolicyStatement(
                sid=f"Allow{construct_id(observed.producer)}",
                principals=[iam.ArnPrincipal(topology.root_arn(observed.producer))],
                actions=["events:PutEvents"],
                resources=[self.bus.event_bus_arn],
                conditions={
                    "StringEquals": equal,
                    # Deliveries of its rules only: nobody of that account may put by hand.
                    "Bool": {"events:eventBusInvocation": "true"},
                    "Null": {"events:source": "false", "events:detail-type": "false"},
                },
            )
        )

    def _audit(self, topology: Topology, domain: str, alarms: Alarms) -> None:
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
            name=f"{domain}-audit",
        )
        rule.made_after(policy, log_group)

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
