"""Least privilege: named actions on named resources."""

from typing import Any

from tests.synth.conftest import Templates
from tests.synth.template import Template, listed, target

WITHOUT_RESOURCES = {
    "xray:PutTraceSegments": "X-Ray has no resources to name.",
    "xray:PutTelemetryRecords": "X-Ray has no resources to name.",
    "dynamodb:ListStreams": "It lists, and takes no resource.",
}
"""The actions that may be allowed on every resource, and why."""

OF_A_TABLE = {
    "place_order": {"GetItem", "PutItem"},
    "get_order": {"GetItem"},
    "cancel_order": {"GetItem", "PutItem"},
    "track_order": {"GetItem", "PutItem"},
    "number_invoice": {"BatchGetItem", "PutItem"},
    "render_invoice": {"GetItem"},
    "issue_invoice": set(),
    "publish_events": set(),
}
"""What each function does with items of its table: nothing deletes, nothing scans."""


def allowed(stack: Template) -> list[dict[str, Any]]:
    """Every statement of a role that allows something."""
    return [
        statement
        for role in stack.of("AWS::IAM::Role")
        for statement in stack.role_statements(role)
        if statement["Effect"] == "Allow"
    ]


def test_no_action_is_a_pattern(stack: Template) -> None:
    for statement in allowed(stack):
        for action in listed(statement["Action"]):
            assert "*" not in action, statement


def test_a_grant_on_every_resource_is_of_an_action_that_takes_no_other(stack: Template) -> None:
    for statement in allowed(stack):
        if "*" in listed(statement["Resource"]):
            assert set(listed(statement["Action"])) <= WITHOUT_RESOURCES.keys(), statement


def test_no_role_has_a_managed_policy(stack: Template) -> None:
    assert stack.of("AWS::IAM::ManagedPolicy") == {}
    for role in stack.of("AWS::IAM::Role").values():
        assert "ManagedPolicyArns" not in role


def test_a_role_is_for_one_service_and_one_function(stack: Template) -> None:
    for role in stack.of("AWS::IAM::Role").values():
        (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Action"] == "sts:AssumeRole"
        assert set(trust["Principal"]) == {"Service"}
    roles = [target(one["Role"]) for one in stack.of("AWS::Lambda::Function").values()]
    assert len(roles) == len(set(roles))


def test_a_function_does_with_its_table_just_what_it_has_to(stack: Template) -> None:
    tables = [{"Fn::GetAtt": [table, "Arn"]} for table in stack.of("AWS::DynamoDB::Table")]
    for id, function in stack.of("AWS::Lambda::Function").items():
        module = function["Handler"].split(".")[1]
        granted = {
            action.removeprefix("dynamodb:")
            for statement in stack.function_statements(id)
            for resource in listed(statement["Resource"])
            if resource in tables
            for action in listed(statement["Action"])
        }
        assert granted == OF_A_TABLE[module], module


def test_a_function_writes_no_log_but_its_own(stack: Template) -> None:
    for id, function in stack.of("AWS::Lambda::Function").items():
        own = target(function["LoggingConfig"]["LogGroup"])
        logs = {
            target(resource)
            for statement in stack.function_statements(id)
            if any(action.startswith("logs:") for action in listed(statement["Action"]))
            for resource in listed(statement["Resource"])
        }
        assert logs == {own}


def test_only_the_renderer_writes_documents_and_only_under_their_prefix(
    templates: Templates,
) -> None:
    writers = {
        function["Handler"]: statement["Resource"]["Fn::Join"][1][1]
        for stack in templates.values()
        for id, function in stack.of("AWS::Lambda::Function").items()
        for statement in stack.function_statements(id)
        if "s3:PutObject" in listed(statement["Action"])
    }
    assert writers == {"invoicing.render_invoice.handler": "/invoices/*"}
