"""Buses: who may put what on them, what is kept, and what their schemas say."""

import json
from typing import Any

import pytest

from contracts.language import schemas
from tests.synth.conftest import Templates
from tests.synth.template import Template, target

MAY_PUT = [
    ("invoicing", "111111111111", "order-service", {"OrderPlaced", "OrderCancelled"}),
    ("orders", "222222222222", "invoice-service", {"InvoiceIssued", "InvoiceVoided"}),
]


def policies(stack: Template) -> list[dict[str, Any]]:
    return [policy["Statement"] for policy in stack.of("AWS::Events::EventBusPolicy").values()]


@pytest.mark.parametrize(("domain", "account", "source", "detail_types"), MAY_PUT)
def test_only_its_producer_may_put_events_on_a_bus_and_only_those_it_subscribes_to(
    templates: Templates, domain: str, account: str, source: str, detail_types: set[str]
) -> None:
    (statement,) = policies(templates[domain])
    assert statement["Effect"] == "Allow"
    assert statement["Principal"] == {"AWS": f"arn:aws:iam::{account}:root"}
    assert statement["Action"] == "events:PutEvents"
    (bus,) = templates[domain].of("AWS::Events::EventBus")
    assert target(statement["Resource"]) == bus
    equal = statement["Condition"]["StringEquals"]
    assert equal["events:source"] == source
    assert set(equal["events:detail-type"]) == detail_types
    assert len(equal) == 2


def test_a_request_that_leaves_out_source_or_detail_type_does_not_pass(stack: Template) -> None:
    for statement in policies(stack):
        assert statement["Condition"]["Null"] == {
            "events:source": "false",
            "events:detail-type": "false",
        }


def test_an_organization_is_required_of_who_puts_events(production: Templates) -> None:
    for stack in production.values():
        for statement in policies(stack):
            equal = statement["Condition"]["StringEquals"]
            assert equal["aws:PrincipalOrgID"] == "o-a1b2c3d4e5"
            assert {"events:source", "events:detail-type"} < set(equal)


def test_a_bus_is_archived_for_a_month(stack: Template) -> None:
    (bus,) = stack.of("AWS::Events::EventBus")
    (archive,) = stack.of("AWS::Events::Archive").values()
    assert target(archive["SourceArn"]) == bus
    assert archive["RetentionDays"] == 30


def test_every_event_of_a_bus_is_logged_by_a_rule_and_not_by_a_custom_resource(
    stack: Template,
) -> None:
    group = f"/aws/events/{stack.domain}"
    (rule,) = [
        rule
        for rule in stack.of("AWS::Events::Rule").values()
        if rule["EventPattern"] == {"account": [{"exists": True}]}
    ]
    (to,) = rule["Targets"]
    assert to["Arn"].endswith(f":log-group:{group}")
    names = [log.get("LogGroupName") for log in stack.of("AWS::Logs::LogGroup").values()]
    assert group in names
    (policy,) = stack.of("AWS::Logs::ResourcePolicy").values()
    (statement,) = json.loads(policy["PolicyDocument"])["Statement"]
    assert statement["Principal"]["Service"] == [
        "events.amazonaws.com",
        "delivery.logs.amazonaws.com",
    ]
    assert statement["Resource"] == f"{to['Arn']}:*"


def test_the_registered_schemas_are_those_of_the_contracts(templates: Templates) -> None:
    registered = {
        schema["SchemaName"]: json.loads(schema["Content"])
        for stack in templates.values()
        for schema in stack.of("AWS::EventSchemas::Schema").values()
    }
    committed = {path.stem: json.loads(path.read_text()) for path in schemas.FOLDER.iterdir()}
    del committed["PlaceOrder"]
    assert registered == committed


def test_a_bus_to_bus_role_may_put_events_on_that_bus_and_nothing_else(stack: Template) -> None:
    rules = [rule["Targets"][0] for rule in stack.of("AWS::Events::Rule").values()]
    routes = [to for to in rules if "RoleArn" in to]
    assert routes
    for to in routes:
        role = target(to["RoleArn"])
        (statement,) = stack.role_statements(role)
        assert (statement["Action"], statement["Resource"]) == ("events:PutEvents", to["Arn"])
        (trust,) = stack.of("AWS::IAM::Role")[role]["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Principal"] == {"Service": "events.amazonaws.com"}
        assert set(trust["Condition"]["StringEquals"]) == {"aws:SourceAccount"}
