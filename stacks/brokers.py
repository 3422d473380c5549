"""Fulfillment over a broker: optional stacks, for orders that come from outside by other ways.

Whoever has a broker of their own publishes the events of the published language there, as they are
on a bus. The code that consumes them is that which consumes the queue `shipment-orders`.
"""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.building_blocks.alarms import Alarms
from stacks.building_blocks.domain_code import DomainCode
from stacks.building_blocks.domain_dashboard import DomainDashboard
from stacks.building_blocks.domain_function import DomainFunction
from stacks.building_blocks.gradual_deployments import GradualDeployments
from stacks.building_blocks.grant import Grant
from stacks.building_blocks.kafka_cluster import KafkaCluster
from stacks.building_blocks.kafka_topic import KafkaTopic
from stacks.building_blocks.monitoring_link import PARAMETERS_KEY
from stacks.building_blocks.polling import Polled, PolledConsumer
from stacks.building_blocks.rabbitmq_broker import RabbitMqBroker
from stacks.names import construct_id, module_name
from stacks.observers import observed_by
from stacks.topology import Topology

DOMAIN = "fulfillment"
ORDERS = "shipment-orders"
DUE = "due-shipments"
TABLE = "TableName"


class BrokerStack(cdk.Stack):
    """A stack in the account of fulfillment, named crossbus-<environment>-fulfillment-<kind>.

    It has a broker, and `plan_shipment` before it. What that needs of the domain's stack it finds
    by name; the table's is a parameter, which the metadata say whose output it is.
    """

    kind: str

    def __init__(self, scope: Construct, *, topology: Topology) -> None:
        name = f"{DOMAIN}-{self.kind}"
        super().__init__(
            scope,
            construct_id(name),
            stack_name=f"crossbus-{topology.environment}-{name}",
            env=topology.env_of(DOMAIN),
            description=f"Crossbus: the domain {DOMAIN} over {self.kind}",
            termination_protection=topology.keeps_data,
            tags={"crossbus:domain": DOMAIN, "crossbus:environment": topology.environment},
        )
        self.topology = topology
        self.alarms = Alarms(self, "Alarms", domain=DOMAIN)
        observed = [events.producer for events in observed_by(DOMAIN)]
        function = DomainFunction(
            self,
            "PlanShipment",
            code=DomainCode(self, "Code", domain=DOMAIN, contracts_of=[DOMAIN, *observed]),
            name=f"plan_shipment_over_{self.kind}",
            module=f"{module_name(DOMAIN)}.plan_shipment",
            grants=[self._may_change_the_table(), self._may_ask()],
            alarms=self.alarms,
        )
        PolledConsumer(
            self,
            "Consumer",
            name=f"{ORDERS}-{self.kind}",
            function=function,
            polled=self.orders(name),
            alarms=self.alarms,
        )
        if topology.deploys_gradually:
            GradualDeployments(self, "Deployments", functions=[function], alarms=self.alarms)
        DomainDashboard(self, "Dashboard", name=f"{topology.environment}-{name}")

    def orders(self, name: str) -> Polled:
        """The broker `name`, and what of it is polled."""
        raise NotImplementedError(f"{type(self).__name__} has no broker")

    def _may_change_the_table(self) -> Grant:
        table = cdk.CfnParameter(
            self,
            TABLE,
            type="String",
            description=f"Output {TABLE} of the stack of {DOMAIN}",
        )
        given_by = {
            "stack": f"crossbus-{self.topology.environment}-{DOMAIN}",
            "account": self.account,
            "region": self.region,
            "output": TABLE,
        }
        self.add_metadata(PARAMETERS_KEY, {TABLE: given_by})
        arn = self.format_arn(
            service="dynamodb", resource="table", resource_name=table.value_as_string
        )
        actions = [f"dynamodb:{name}" for name in ("BatchGetItem", "GetItem", "PutItem")]
        may = iam.PolicyStatement(actions=actions, resources=[arn])
        return Grant(
            {"TABLE_NAME": table.value_as_string},
            lambda function: function.add_to_role_policy(may),
        )

    def _may_ask(self) -> Grant:
        arn = self.format_arn(service="sqs", resource=DUE)
        may = iam.PolicyStatement(actions=["sqs:SendMessage"], resources=[arn])
        url = f"https://sqs.{self.region}.{self.url_suffix}/{self.account}/{DUE}"
        return Grant({"DISPATCH_QUEUE_URL": url}, lambda function: function.add_to_role_policy(may))


class FulfillmentMq(BrokerStack):
    """Orders from a queue of a broker of Amazon MQ."""

    kind = "mq"

    def orders(self, name: str) -> Polled:
        broker = RabbitMqBroker(
            self, "Broker", name=name, alarms=self.alarms, is_small=self.topology.is_development
        )
        return broker.polled(ORDERS)


class FulfillmentMsk(BrokerStack):
    """Orders from a topic of a Kafka cluster of Amazon MSK."""

    kind = "msk"

    def orders(self, name: str) -> Polled:
        cluster = KafkaCluster(
            self,
            "Cluster",
            name=name,
            is_small=self.topology.is_development,
            removal_policy=self.topology.removal_policy,
        )
        topic = KafkaTopic(
            self,
            "Orders",
            cluster=cluster,
            topic=ORDERS,
            group="plan-shipment",
            alarms=self.alarms,
        )
        return topic.polled


STACKS: dict[str, type[BrokerStack]] = {
    stack.kind: stack for stack in (FulfillmentMq, FulfillmentMsk)
}
"""The stack of each of BROKERS."""
