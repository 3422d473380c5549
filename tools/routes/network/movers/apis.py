"""API Gateway: which function, queue, bus, stream or state machine a request goes to."""

import re
from collections.abc import Iterator
from typing import Any

from routes.network.model import Hop, Place
from routes.network.movers.base import Reader, event_of, named_arn
from routes.network.places import Places
from routes.reading.assembly import Resource
from routes.reading.shapes import an_object, optional_text
from routes.reading.tokens import unknown

APIGATEWAY = "apigateway.amazonaws.com"
_INVOCATIONS = re.compile(r"functions/(?P<arn>.+)/invocations$")
_QUEUE_PATH = re.compile(r":sqs:path/(?P<account>[^/]+)/(?P<name>[^/]+)$")
# Per integration that needs no code: the parameter that names the place, and how.
_DIRECT = {
    "EventBridge-PutEvents": "EventBusName",
    "Kinesis-PutRecord": "StreamName",
    "SQS-SendMessage": "QueueUrl",
    "StepFunctions-StartExecution": "StateMachineArn",
    "StepFunctions-StartSyncExecution": "StateMachineArn",
}
_ACTION = re.compile(r":apigateway:[^:]*:(?P<service>[^:]+):action/(?P<action>\w+)$")
_READING = ("BatchGet", "Describe", "Get", "List", "Query", "Scan")
# Per service whose action a method calls: how the request names the place, and how its ARN ends.
_NAMED = {
    "dynamodb": ("TableName", "table/"),
    "firehose": ("DeliveryStreamName", "deliverystream/"),
    "kinesis": ("StreamName", "stream/"),
}


def _route(route: Resource, places: Places) -> Iterator[Hop]:
    """The integration of an HTTP or WebSocket API's route gets the request."""
    name = str(route.get("Target")).removeprefix("integrations/")
    integration = _of_stack(route, "AWS::ApiGatewayV2::Integration", name)
    target = _integrated(integration, places) if integration else None
    if integration is None or target is None:
        return  # a web address
    key = str(route.get("RouteKey"))
    role = optional_text("CredentialsArn", integration.get("CredentialsArn"))
    settings = {**integration.properties, "RouteKey": key}
    hop = _hop(route, str(route.get("ApiId")), target, role, settings, places)
    if target.kind == "bus":
        given = an_object("RequestParameters", integration.get("RequestParameters"))
        hop.sends = event_of(given.get("Source"), given.get("DetailType"), None)
    yield hop


def _integrated(integration: Resource, places: Places) -> Place | None:
    uri, stack = integration.get("IntegrationUri"), integration.stack
    subtype = str(integration.get("IntegrationSubtype"))
    parameters = an_object("RequestParameters", integration.get("RequestParameters"))
    if subtype in _DIRECT:
        return _direct(subtype, parameters, integration, places)
    if integration.get("IntegrationType") != "AWS_PROXY" or uri is None:
        return None
    found = _INVOCATIONS.search(str(uri))
    return places.at(found["arn"] if found else uri, stack)


def _direct(
    subtype: str, parameters: dict[str, Any], integration: Resource, places: Places
) -> Place:
    named = parameters.get(_DIRECT[subtype])
    if subtype.startswith("EventBridge"):
        return places.bus(named, integration.stack)
    if subtype.startswith("Kinesis"):
        return places.at(named_arn(integration, "kinesis", f"stream/{named}"))
    return places.at(named, integration.stack)


def _method(method: Resource, places: Places) -> Iterator[Hop]:
    """The integration of a REST API's method gets the request."""
    integration = an_object("Integration", method.get("Integration"))
    uri = str(integration.get("Uri"))
    role = optional_text("Credentials", integration.get("Credentials"))
    function, queue = _INVOCATIONS.search(uri), _QUEUE_PATH.search(uri)
    called = _ACTION.search(uri)
    request = _request(integration)
    if function:
        target = places.at(function["arn"], method.stack)
    elif queue:
        home = method.stack.home
        target = places.at(
            f"arn:{home.partition}:sqs:{home.region}:{queue['account']}:{queue['name']}"
        )
    elif called and not called["action"].startswith(_READING):
        target = _called(method, called["service"], called["action"], request, places)
    else:
        return  # a web address, or an action that carries nothing on
    key = f"{method.get('HttpMethod')} /{_path(method)}"
    settings = {**integration, "RouteKey": key}
    hop = _hop(method, str(method.get("RestApiId")), target, role, settings, places)
    if called:
        hop.action = f"{called['service']}:{called['action']}"
    if target.kind == "bus":
        hop.sends = event_of(_value("Source", request), _value("DetailType", request), None)
    yield hop


def _request(integration: dict[str, Any]) -> str:
    """The texts from which a request to a service is made."""
    texts = [integration.get(key) for key in ("RequestParameters", "RequestTemplates")]
    return " ".join(str(each) for one in texts if isinstance(one, dict) for each in one.values())


def _value(name: str, request: str) -> str | None:
    found = re.search(rf'"{name}"\s*:\s*"([^"]*)"', request)
    return found[1] if found else None


def _called(method: Resource, service: str, action: str, request: str, places: Places) -> Place:
    """The place that a request to a service names."""
    if action == "PutEvents":
        return places.bus(_value("EventBusName", request), method.stack)
    key, tail = _NAMED.get(service, ("", ""))
    name = _value(key, request) if key else None
    if name:
        return places.at(named_arn(method, service, f"{tail}{name}"))
    arn = re.search(rf"arn:[^:'\" ]+:{service}:[^'\"& )]+", request)
    if arn:
        return places.at(arn[0], method.stack)
    return places.endpoint("AWS API", f"{service}:{action}")


def _path(method: Resource) -> str:
    """The path of a method: the parts of the resources above it."""
    parts: list[str] = []
    above = _of_stack(method, "AWS::ApiGateway::Resource", str(method.get("ResourceId")))
    while above is not None and len(parts) < 30:
        parts.insert(0, str(above.get("PathPart")))
        above = _of_stack(method, "AWS::ApiGateway::Resource", str(above.get("ParentId")))
    return "/".join(parts)


def _hop(
    resource: Resource,
    api: str,
    target: Place,
    role: str | None,
    settings: dict[str, Any],
    places: Places,
) -> Hop:
    """API Gateway names itself as APIARN/STAGE/METHOD/PATH."""
    source = places.at(named_arn(resource, "execute-api", api))
    method, _, path = settings["RouteKey"].partition(" ")
    return Hop(
        "route",
        source,
        target,
        resource,
        role=role,
        settings=settings,
        service=APIGATEWAY,
        sender=f"{source.arn}/{_stage(resource, api)}/{method}{path}",
        needs_role=target.kind != "function",
    )


def _stage(resource: Resource, api: str) -> str:
    for other in resource.stack.resources.values():
        is_stage = other.type.startswith("AWS::ApiGateway") and other.type.endswith("::Stage")
        if is_stage and api in (other.get("ApiId"), other.get("RestApiId")):
            return str(other.get("StageName") or other.name)
    return unknown("stage")


def _of_stack(resource: Resource, kind: str, name: str) -> Resource | None:
    """The resource of a type that a `Ref` in the same stack means."""
    for other in resource.stack.resources.values():
        if other.type == kind and other.name == name:
            return other
    return None


READERS: dict[str, Reader] = {
    "AWS::ApiGateway::Method": _method,
    "AWS::ApiGatewayV2::Route": _route,
}
