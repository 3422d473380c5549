"""The orders domain: takes orders over HTTP, publishes them, follows what becomes of them."""

import aws_cdk as cdk
from aws_cdk import aws_apigatewayv2 as apigateway
from constructs import Construct

from stacks.building_blocks.buffered_consumer import BufferedConsumer
from stacks.building_blocks.domain_function import DomainFunction
from stacks.building_blocks.http_api import HttpApi
from stacks.domain_stack import DomainStack
from stacks.subscriptions import SOURCES, producers_for
from stacks.topology import Topology

DOMAIN = "orders"


class Orders(DomainStack):
    """HTTP API → orders table → bus `orders`; bus `orders` → queue `order-updates` → the table."""

    def __init__(self, scope: Construct, *, topology: Topology) -> None:
        super().__init__(scope, topology=topology, domain=DOMAIN)
        self.table = self.outbox().table
        self._take_orders()
        self._track_orders()
        cdk.CfnOutput(self, "TableName", value=self.table.table_name)

    def _take_orders(self) -> None:
        http = HttpApi(self, "Http", name="orders", alarms=self.alarms)
        for module, method, path, actions in (
            ("place_order", apigateway.HttpMethod.POST, "/orders", ["PutItem", "GetItem"]),
            ("get_order", apigateway.HttpMethod.GET, "/orders/{id}", ["GetItem"]),
            (
                "cancel_order",
                apigateway.HttpMethod.POST,
                "/orders/{id}/cancel",
                ["PutItem", "GetItem"],
            ),
        ):
            function = self._function(module)
            self.table.grant(function, *(f"dynamodb:{action}" for action in actions))
            http.route(method, path, function)
        cdk.CfnOutput(self, "ApiUrl", value=http.api.api_endpoint)

    def _function(self, module: str) -> DomainFunction:
        return DomainFunction(
            self,
            module.title().replace("_", ""),
            domain=DOMAIN,
            module=module,
            layers=self.layers,
            environment={"TABLE_NAME": self.table.table_name},
        )

    def _track_orders(self) -> None:
        tracker = BufferedConsumer(
            self,
            "TrackOrder",
            domain=DOMAIN,
            module="track_order",
            queues=["order-updates"],
            alarms=self.alarms,
            layers=self.layers,
            environment={"TABLE_NAME": self.table.table_name},
        )
        self.table.grant(tracker.function, "dynamodb:PutItem", "dynamodb:GetItem")
        for producer, detail_types in producers_for(DOMAIN).items():
            self.deliver(
                f"{producer.capitalize()}Updates",
                name=f"{producer}-updates",
                source=SOURCES[producer],
                detail_types=detail_types,
                to=tracker.queues["order-updates"],
            )
