"""Calls to an HTTP API are signed, find it in any account, and are refused unsigned."""

from typing import Any

import httpx
import pytest

from local import deploy
from local.instances import Emulator
from local.system import Domain, System
from local.tests.conftest import INVOICING, ORDERS, REGION, stack

SOURCE = """
import json
def handle(event, context):
    body = {"got": event.get("body"), "path": event["rawPath"]}
    return {"statusCode": 202, "body": json.dumps(body)}
"""


def resources() -> dict[str, Any]:
    return {
        "Function": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Role": f"arn:aws:iam::{INVOICING}:role/any",
                "Runtime": "python3.14",
                "Handler": "index.handle",
                "Code": {"ZipFile": SOURCE},
            },
        },
        "Api": {
            "Type": "AWS::ApiGatewayV2::Api",
            "Properties": {"Name": "orders", "ProtocolType": "HTTP"},
        },
        "Stage": {
            "Type": "AWS::ApiGatewayV2::Stage",
            "Properties": {"ApiId": {"Ref": "Api"}, "StageName": "$default", "AutoDeploy": True},
        },
        "Integration": {
            "Type": "AWS::ApiGatewayV2::Integration",
            "Properties": {
                "ApiId": {"Ref": "Api"},
                "IntegrationType": "AWS_PROXY",
                "IntegrationUri": {"Fn::GetAtt": ["Function", "Arn"]},
                "PayloadFormatVersion": "2.0",
            },
        },
        "Route": {
            "Type": "AWS::ApiGatewayV2::Route",
            "Properties": {
                "ApiId": {"Ref": "Api"},
                "RouteKey": "POST /orders",
                "AuthorizationType": "AWS_IAM",
                "Target": {"Fn::Join": ["/", ["integrations", {"Ref": "Integration"}]]},
            },
        },
    }


@pytest.fixture
def system(emulator: Emulator) -> System:
    """The API is in the account of invoicing; the callers are accounts of their own."""
    url = {"ApiUrl": {"Fn::GetAtt": ["Api", "ApiEndpoint"]}}
    api = stack(resources(), account=INVOICING, name="api", outputs=url)
    outputs = deploy.deploy([api], emulator.endpoint)["api"]
    domains = {
        name: Domain(name, account, REGION, "api", outputs)
        for name, account in {"api": INVOICING, "caller": ORDERS}.items()
    }
    return System(emulator.port, emulator.pid, domains)


def test_a_signed_call_gets_the_functions_answer(system: System) -> None:
    answer = system.call("POST", "/orders", {"total": 1}, domain="api")
    assert answer.status_code == 202
    assert answer.json() == {"got": '{"total": 1}', "path": "/orders"}


def test_a_call_signed_by_another_account_finds_the_api(system: System) -> None:
    url = system.api_url("api") + "/orders"
    headers = system.signed_headers("POST", url, b"{}", domain="caller")
    assert httpx.post(url, content=b"{}", headers=headers).status_code == 202


def test_an_unsigned_call_to_a_route_with_iam_authorization_is_forbidden(system: System) -> None:
    assert httpx.post(system.api_url("api") + "/orders", json={}).status_code == 403


def test_a_route_that_does_not_exist_is_not_found(system: System) -> None:
    assert system.call("GET", "/nothing", domain="api").status_code == 404
