"""Functions, their event sources, and the API before them."""

import json

import pytest

from tests.synth.conftest import Templates
from tests.synth.template import Template, target

HANDLERS = {
    "orders": {"place_order", "get_order", "cancel_order", "track_order", "publish_events"},
    "invoicing": {"issue_invoice", "number_invoice", "render_invoice", "publish_events"},
}


@pytest.mark.parametrize("domain", HANDLERS)
def test_every_handler_is_deployed(templates: Templates, domain: str) -> None:
    functions = templates[domain].of("AWS::Lambda::Function").values()
    handlers = {function["Handler"] for function in functions}
    assert handlers == {f"{domain}.{module}.handler" for module in HANDLERS[domain]}


def test_a_function_is_traced_and_runs_on_arm_with_both_layers(stack: Template) -> None:
    layers = set(stack.of("AWS::Lambda::LayerVersion"))
    for function in stack.of("AWS::Lambda::Function").values():
        assert function["Architectures"] == ["arm64"]
        assert function["Runtime"] == "python3.14"
        assert function["TracingConfig"] == {"Mode": "Active"}
        assert {target(layer) for layer in function["Layers"]} == layers
        assert len(layers) == 2


def test_a_function_has_a_log_group_of_its_own_that_keeps_a_month(stack: Template) -> None:
    groups = stack.of("AWS::Logs::LogGroup")
    used = []
    for function in stack.of("AWS::Lambda::Function").values():
        group = target(function["LoggingConfig"]["LogGroup"])
        assert groups[group]["RetentionInDays"] == 30
        used.append(group)
    assert len(used) == len(set(used))


def test_a_function_names_itself_in_its_logs(stack: Template) -> None:
    for function in stack.of("AWS::Lambda::Function").values():
        service = function["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]
        assert function["Handler"] == f"{service}.handler"


def test_every_event_source_takes_partial_batch_responses(stack: Template) -> None:
    for mapping in stack.of("AWS::Lambda::EventSourceMapping").values():
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_a_queue_hides_a_message_for_six_times_its_functions_timeout(stack: Template) -> None:
    queues, functions = stack.of("AWS::SQS::Queue"), stack.of("AWS::Lambda::Function")
    consumed = 0
    for mapping in stack.of("AWS::Lambda::EventSourceMapping").values():
        source = target(mapping["EventSourceArn"])
        if source in queues:
            timeout = functions[target(mapping["FunctionName"])]["Timeout"]
            assert queues[source]["VisibilityTimeout"] >= 6 * timeout
            consumed += 1
    assert consumed


def test_the_numbering_queue_keeps_order_and_throughput_per_jurisdiction(
    templates: Templates,
) -> None:
    (queue,) = [
        queue
        for queue in templates["invoicing"].of("AWS::SQS::Queue").values()
        if queue["QueueName"] == "invoice-numbering.fifo"
    ]
    assert queue["FifoQueue"] is True
    assert queue["DeduplicationScope"] == "messageGroup"
    assert queue["FifoThroughputLimit"] == "perMessageGroupId"
    assert "ContentBasedDeduplication" not in queue


def test_every_route_of_the_api_takes_only_aws_identities(templates: Templates) -> None:
    routes = templates["orders"].of("AWS::ApiGatewayV2::Route").values()
    assert {route["RouteKey"] for route in routes} == {
        "POST /orders",
        "GET /orders/{id}",
        "POST /orders/{id}/cancel",
    }
    for route in routes:
        assert route["AuthorizationType"] == "AWS_IAM"


def test_only_its_own_route_may_invoke_a_function(templates: Templates) -> None:
    permissions = templates["orders"].of("AWS::Lambda::Permission").values()
    assert len(permissions) == 3
    for permission in permissions:
        assert permission["Principal"] == "apigateway.amazonaws.com"
        assert "/orders" in json.dumps(permission["SourceArn"])


def test_the_api_is_throttled_and_logs_each_request_without_its_body(templates: Templates) -> None:
    (stage,) = templates["orders"].of("AWS::ApiGatewayV2::Stage").values()
    assert stage["DefaultRouteSettings"]["ThrottlingRateLimit"] > 0
    logged = json.loads(stage["AccessLogSettings"]["Format"])
    assert {"requestId", "caller", "status"} <= set(logged)
    assert "body" not in stage["AccessLogSettings"]["Format"].lower()
