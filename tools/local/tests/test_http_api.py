"""Calls to an HTTP API are signed, find it in any account, and are refused unsigned."""

from typing import Any

import httpx
import pytest

from local import apis, deploy
from local.errors import LocalRunError
from local.instances import Emulator
from local.system import Deployed, System
from local.tests.conftest import ALPHA, BETA, REGION, stack

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
                "Role": f"arn:aws:iam::{BETA}:role/any",
                "Runtime": "python3.14",
                "Handler": "index.handle",
                "Code": {"ZipFile": SOURCE},
            },
        },
        "Api": {
            "Type": "AWS::ApiGatewayV2::Api",
            "Properties": {"Name": "alpha", "ProtocolType": "HTTP"},
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
                "RouteKey": "POST /things",
                "AuthorizationType": "AWS_IAM",
                "Target": {"Fn::Join": ["/", ["integrations", {"Ref": "Integration"}]]},
            },
        },
    }


@pytest.fixture
def system(emulator: Emulator) -> System:
    """The API is in the account of beta; the callers are accounts of their own."""
    api = stack(resources(), account=BETA, name="api")
    deploy.deploy([api], emulator.endpoint)
    paths = apis.paths(api, deploy.physical_ids(api, emulator.endpoint))
    stacks = {
        "api": Deployed("api", BETA, REGION, "api", {}, paths),
        "caller": Deployed("caller", ALPHA, REGION, "api", {}, {}),
    }
    return System(emulator.port, emulator.pid, stacks)


def test_a_signed_call_gets_the_functions_answer(system: System) -> None:
    answer = system.call("POST", "/things", {"total": 1}, stack="api")
    assert answer.status_code == 202
    assert answer.json() == {"got": '{"total": 1}', "path": "/things"}


def test_a_call_needs_no_stack_where_only_one_has_an_api(system: System) -> None:
    assert system.call("POST", "/things", {}).status_code == 202


def test_a_call_signed_by_another_account_finds_the_api(system: System) -> None:
    url = system.api_url("api") + "/things"
    headers = system.signed_headers("POST", url, b"{}", stack="caller")
    assert httpx.post(url, content=b"{}", headers=headers).status_code == 202


def test_an_unsigned_call_to_a_route_with_iam_authorization_is_forbidden(system: System) -> None:
    assert httpx.post(system.api_url("api") + "/things", json={}).status_code == 403


def test_a_route_that_does_not_exist_is_not_found(system: System) -> None:
    assert system.call("GET", "/nothing", stack="api").status_code == 404


def test_a_stack_without_an_api_is_named(system: System) -> None:
    with pytest.raises(LocalRunError, match=r"caller has the APIs \[\], expected one"):
        system.api_url("caller")
