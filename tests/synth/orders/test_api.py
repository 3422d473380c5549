"""The API of orders: its routes, and which function answers which."""

from tests.synth.conftest import Templates
from tests.synth.template import target

ROUTES = {
    "POST /orders": "orders.place_order",
    "GET /orders/{id}": "orders.get_order",
    "POST /orders/{id}/cancel": "orders.cancel_order",
}


def test_each_route_of_the_api_is_answered_by_its_function(templates: Templates) -> None:
    stack = templates["orders"]
    integrations = stack.of("AWS::ApiGatewayV2::Integration")
    functions = stack.of("AWS::Lambda::Function")
    answered = {}
    for route in stack.of("AWS::ApiGatewayV2::Route").values():
        integration = integrations[target(route["Target"]["Fn::Join"][1][-1])]
        handler = functions[stack.invoked(integration["IntegrationUri"])]["Handler"]
        answered[route["RouteKey"]] = handler.removesuffix(".handler")
    assert answered == ROUTES
