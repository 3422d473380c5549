"""Buses: who may put what on them, what is kept, and what their schemas say."""

import json
from typing import Any

from contracts.language import schemas
from contracts.language.catalog import COMMANDS
from stacks.subscriptions import SOURCES
from tests.synth.conftest import Templates
from tests.synth.template import Template, target

ON_THE_EVENT = ("StringEquals", "Null")
"""Operators of conditions on what the event is, or on the organization of who puts it."""


def policies(stack: Template) -> list[dict[str, Any]]:
    """The statements that say who may put events on the domain's bus."""
    return [policy["Statement"] for policy in stack.of("AWS::Events::EventBusPolicy").values()]


def test_a_bus_is_named_as_its_domain_says(stack: Template) -> None:
    assert stack.of("AWS::Events::EventBus")[stack.bus]["Name"] == stack.said["domain"]


def test_a_statement_lets_one_account_put_named_events_of_one_source(stack: Template) -> None:
    for statement in policies(stack):
        assert statement["Effect"] == "Allow"
        assert set(statement["Principal"]) == {"AWS"}
        assert statement["Principal"]["AWS"].endswith(":root")
        assert statement["Action"] == "events:PutEvents"
        assert target(statement["Resource"]) == stack.bus
        equal = statement["Condition"]["StringEquals"]
        assert set(equal) == {"events:source", "events:detail-type"}
        assert isinstance(equal["events:source"], str)


def test_a_producers_rules_and_its_redelivery_are_admitted_and_nothing_that_is_put_by_hand(
    stack: Template,
) -> None:
    domains = {source: domain for domain, source in SOURCES.items()}
    admitted: dict[str, list[dict[str, Any]]] = {}
    expected: dict[str, list[dict[str, Any]]] = {}
    for statement in policies(stack):
        source = statement["Condition"]["StringEquals"]["events:source"]
        account = statement["Principal"]["AWS"].split(":")[4]
        other = {k: v for k, v in statement["Condition"].items() if k not in ON_THE_EVENT}
        admitted.setdefault(source, []).append(other)
        role = f"arn:aws:iam::{account}:role/{domains[source]}-redeliver-{stack.region}"
        expected[source] = [
            {"Bool": {"events:eventBusInvocation": "true"}},
            {"ArnEquals": {"aws:PrincipalArn": role}},
        ]
    assert admitted == expected


def test_the_role_that_redelivers_is_named_as_consumers_know_it(stack: Template) -> None:
    (role,) = [
        target(one["Role"])
        for one in stack.of("AWS::Lambda::Function").values()
        if one["Handler"] == "eventing.redelivery.handler"
    ]
    assert (
        stack.of("AWS::IAM::Role")[role]["RoleName"] == f"{stack.domain}-redeliver-{stack.region}"
    )


def test_a_bus_lets_nobody_in_before_its_rules_are_there(stack: Template) -> None:
    """What it takes before is delivered nowhere. What may be left out forwards no such event."""
    resources = stack.body["Resources"]
    rules = {id for id in stack.of("AWS::Events::Rule") if "Condition" not in resources[id]}
    assert rules
    for policy in stack.of("AWS::Events::EventBusPolicy"):
        assert rules <= set(stack.body["Resources"][policy]["DependsOn"])


def test_the_statements_of_a_bus_have_names_of_their_own(stack: Template) -> None:
    sids = [policy["Sid"] for policy in policies(stack)]
    assert sorted(set(sids)) == sorted(sids)
    ids = [policy["StatementId"] for policy in stack.of("AWS::Events::EventBusPolicy").values()]
    assert sorted(ids) == sorted(sids)


def test_a_request_that_leaves_out_source_or_detail_type_does_not_pass(stack: Template) -> None:
    for statement in policies(stack):
        assert statement["Condition"]["Null"] == {
            "events:source": "false",
            "events:detail-type": "false",
        }


def test_an_organization_is_required_of_who_puts_events(production: Templates) -> None:
    statements = [one for stack in production.values() for one in policies(stack)]
    assert statements
    for statement in statements:
        equal = statement["Condition"]["StringEquals"]
        assert equal["aws:PrincipalOrgID"] == "o-a1b2c3d4e5"
        assert {"events:source", "events:detail-type"} < set(equal)


def test_a_bus_is_archived_for_a_month(stack: Template) -> None:
    archives = stack.of("AWS::Events::Archive").values()
    archived = [target(archive["SourceArn"]) for archive in archives]
    assert sorted(archived) == sorted(stack.of("AWS::Events::EventBus"))
    assert {archive["RetentionDays"] for archive in archives} == {30}


def test_every_event_of_a_bus_is_logged_by_a_rule_and_not_by_a_custom_resource(
    stack: Template,
) -> None:
    group = f"/aws/events/{stack.said['bus']}"
    (rule,) = [
        rule
        for rule in stack.of("AWS::Events::Rule").values()
        if rule.get("EventPattern") == {"account": [{"exists": True}]}
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
    committed = {path.stem: json.loads(path.read_text()) for path in schemas.FOLDER.glob("*.json")}
    for command in COMMANDS:
        del committed[command.__name__]
    assert registered == committed


def test_a_registry_holds_the_schema_of_each_event_that_its_domain_publishes(
    stack: Template,
) -> None:
    (registry,) = stack.of("AWS::EventSchemas::Registry").items()
    assert registry[1]["RegistryName"] == stack.domain
    found = set()
    for schema in stack.of("AWS::EventSchemas::Schema").values():
        assert target(schema["RegistryName"]) == registry[0]
        properties = json.loads(schema["Content"])["properties"]
        found.add((*properties["source"]["enum"], *properties["detail-type"]["enum"]))
    assert stack.events("publishes") <= found
    assert {source for source, _ in found} <= {source for source, _ in stack.events("publishes")}
