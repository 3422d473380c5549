"""Policies are evaluated as IAM would."""

from typing import Any

import pytest

from routes.access.evaluation import Effect, Request, evaluate

QUEUE = "arn:aws:sqs:eu-west-1:100000000001:items"
RULE = "arn:aws:events:eu-west-1:100000000001:rule/placed"
ROLE = "arn:aws:iam::100000000001:role/sender"
SERVICE = Request(
    "sqs:SendMessage",
    QUEUE,
    service="events.amazonaws.com",
    context={
        "aws:SourceArn": RULE,
        "aws:SourceAccount": "100000000001",
        "events:source": None,
    },
)
BY_ROLE = Request("sqs:SendMessage", QUEUE, role=ROLE)


def statement(**changes: Any) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Action": "sqs:SendMessage",
        "Resource": QUEUE,
        "Principal": {"Service": "events.amazonaws.com"},
        **changes,
    }


@pytest.mark.parametrize(
    ("changes", "effect"),
    [
        ({}, Effect.ALLOWED),
        ({"Action": "sqs:*"}, Effect.ALLOWED),
        ({"Action": "SQS:sendmessage"}, Effect.ALLOWED),
        ({"Action": "sqs:ReceiveMessage"}, Effect.NOT_ALLOWED),
        ({"Resource": "arn:aws:sqs:*:100000000001:it?ms"}, Effect.ALLOWED),
        ({"Resource": QUEUE + "x"}, Effect.NOT_ALLOWED),
        ({"Principal": "*"}, Effect.ALLOWED),
        ({"Principal": {"Service": ["sns.amazonaws.com"]}}, Effect.NOT_ALLOWED),
        ({"Principal": {"AWS": "100000000001"}}, Effect.NOT_ALLOWED),
        ({"Condition": {"ArnEquals": {"aws:SourceArn": RULE}}}, Effect.ALLOWED),
        (
            {"Condition": {"ArnLike": {"AWS:SourceArn": "arn:aws:events:*:*:rule/*"}}},
            Effect.ALLOWED,
        ),
        ({"Condition": {"ArnEquals": {"aws:SourceArn": RULE + "x"}}}, Effect.NOT_ALLOWED),
        ({"Condition": {"StringEquals": {"aws:SourceAccount": "1"}}}, Effect.NOT_ALLOWED),
        ({"Condition": {"StringNotEquals": {"aws:SourceAccount": "1"}}}, Effect.ALLOWED),
        ({"Condition": {"StringEquals": {"events:source": "shop"}}}, Effect.NOT_ALLOWED),
        ({"Condition": {"StringEqualsIfExists": {"events:source": "shop"}}}, Effect.ALLOWED),
        ({"Condition": {"Null": {"events:source": "false"}}}, Effect.NOT_ALLOWED),
        ({"Condition": {"Null": {"aws:SourceArn": "false"}}}, Effect.ALLOWED),
        ({"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}}, Effect.UNKNOWN),
        ({"Condition": {"DateLessThan": {"aws:SourceArn": "2030"}}}, Effect.UNKNOWN),
        ({"Condition": {"ArnEquals": {"aws:SourceArn": "⟨Parameter.Rule⟩"}}}, Effect.UNKNOWN),
    ],
)
def test_one_statement_decides(changes: dict[str, Any], effect: Effect) -> None:
    assert evaluate([statement(**changes)], SERVICE, identity=False).effect is effect


@pytest.mark.parametrize(
    ("principal", "effect"),
    [
        ({"AWS": ROLE}, Effect.ALLOWED),
        ({"AWS": "arn:aws:iam::100000000001:root"}, Effect.ALLOWED),
        ({"AWS": "100000000001"}, Effect.ALLOWED),
        ({"AWS": "200000000002"}, Effect.NOT_ALLOWED),
        ({"AWS": "arn:aws:iam::100000000001:user/someone"}, Effect.NOT_ALLOWED),
        ({"Service": "events.amazonaws.com"}, Effect.NOT_ALLOWED),
    ],
)
def test_a_role_is_let_in_by_itself_or_its_account(principal: Any, effect: Effect) -> None:
    policy = [statement(Principal=principal)]
    assert evaluate(policy, BY_ROLE, identity=False).effect is effect


def test_a_deny_wins_over_an_allow() -> None:
    policy = [statement(), statement(Effect="Deny", Principal="*")]
    assert evaluate(policy, SERVICE, identity=False).effect is Effect.DENIED


def test_a_deny_of_plain_http_does_not_deny_a_service() -> None:
    deny = statement(
        Effect="Deny", Principal="*", Condition={"Bool": {"aws:SecureTransport": "false"}}
    )
    secure = Request(
        "sqs:SendMessage",
        QUEUE,
        service="events.amazonaws.com",
        context={"aws:SecureTransport": "true"},
    )
    assert evaluate([statement(), deny], secure, identity=False).effect is Effect.ALLOWED


def test_a_deny_that_may_apply_makes_it_unknown() -> None:
    deny = statement(Effect="Deny", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}})
    for policy in ([statement(), deny], [deny, statement()]):
        assert evaluate(policy, SERVICE, identity=False).effect is Effect.UNKNOWN


def test_the_reason_names_the_condition_and_both_values() -> None:
    policy = [statement(Condition={"StringEquals": {"aws:SourceAccount": "2"}})]
    reason = evaluate(policy, SERVICE, identity=False).reason
    assert reason == (
        "condition StringEquals aws:SourceAccount: wants 2; the request has 100000000001"
    )
