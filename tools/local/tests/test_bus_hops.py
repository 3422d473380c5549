"""A rule forwards events to the bus of another account, once, and only with permission."""

from typing import Any

import pytest

from local.tests.buses import (
    ORDER_PLACED,
    ROLE_ARN,
    allow_forwarding,
    allow_orders,
    bus_arn,
    create_queue,
    create_rule,
)
from local.tests.conftest import INVOICING, ORDERS, Aws, eventually, messages

ALLOW: dict[str, Any] = {
    "Effect": "Allow",
    "Principal": {"AWS": f"arn:aws:iam::{ORDERS}:root"},
    "Action": "events:PutEvents",
    "Condition": {
        "StringEquals": {"events:source": "order-service", "events:detail-type": ["OrderPlaced"]},
        "Null": {"events:source": "false"},
    },
}
INVOICING_BUS = bus_arn("invoicing", INVOICING)


class Hop:
    """The bus of orders, a rule that forwards to invoicing, and the queues at both ends."""

    def __init__(self, aws: Aws, *statements: dict[str, Any]) -> None:
        self.aws = aws
        allow_orders(aws, *statements)
        allow_forwarding(aws, INVOICING_BUS)
        self.received_url, received = create_queue(aws, "received", INVOICING)
        create_rule(aws, "invoicing", {"Arn": received}, INVOICING)
        self.undelivered_url, undelivered = create_queue(aws, "undelivered")
        aws("events").create_event_bus(Name="orders")
        create_rule(
            aws,
            "orders",
            {"Arn": INVOICING_BUS, "RoleArn": ROLE_ARN, "DeadLetterConfig": {"Arn": undelivered}},
        )

    def put(self, **changes: str) -> None:
        answer = self.aws("events").put_events(
            Entries=[{**ORDER_PLACED, "EventBusName": "orders", **changes}]
        )
        assert answer["FailedEntryCount"] == 0

    def received(self) -> list[dict[str, Any]]:
        return messages(self.aws("sqs", INVOICING), self.received_url)

    def undelivered(self) -> list[dict[str, Any]]:
        return messages(self.aws("sqs"), self.undelivered_url)

    def error_code(self) -> str:
        [message] = eventually(self.undelivered)
        return str(message["MessageAttributes"]["ERROR_CODE"]["StringValue"])


def test_an_allowed_event_reaches_the_bus_of_another_account_with_its_senders_account(
    aws: Aws,
) -> None:
    hop = Hop(aws, ALLOW)
    hop.put()
    [message] = eventually(hop.received)
    assert f'"account": "{ORDERS}"' in message["Body"]
    assert hop.undelivered() == []


@pytest.mark.parametrize(
    "statements",
    [
        pytest.param((), id="no policy"),
        pytest.param(
            ({**ALLOW, "Principal": {"AWS": "arn:aws:iam::333333333333:root"}},),
            id="another account",
        ),
        pytest.param((ALLOW, {**ALLOW, "Effect": "Deny"}), id="explicit deny"),
        pytest.param(
            (
                {
                    **ALLOW,
                    "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-another"}},
                },
            ),
            id="another organization",
        ),
    ],
)
def test_an_event_the_bus_policy_does_not_allow_goes_to_the_targets_dead_letter_queue(
    aws: Aws, statements: tuple[dict[str, Any], ...]
) -> None:
    hop = Hop(aws, *statements)
    hop.put()
    assert hop.error_code() == "NO_PERMISSIONS"
    assert hop.received() == []


def test_the_policys_conditions_hold_for_the_events_detail_type(aws: Aws) -> None:
    hop = Hop(aws, ALLOW)
    hop.put(DetailType="OrderShipped")
    assert hop.error_code() == "NO_PERMISSIONS"
    hop.put()
    assert len(eventually(hop.received)) == 1


def test_a_role_that_may_not_put_events_on_the_bus_cannot_forward(aws: Aws) -> None:
    hop = Hop(aws, ALLOW)
    aws("iam").delete_role_policy(RoleName="forward", PolicyName="put")
    hop.put()
    assert hop.error_code() == "NO_PERMISSIONS"


def test_a_bus_that_is_gone_is_reported_as_such(aws: Aws) -> None:
    hop = Hop(aws, ALLOW)
    aws("events", INVOICING).delete_event_bus(Name="invoicing")
    hop.put()
    assert hop.error_code() == "RESOURCE_NOT_FOUND"


def test_an_event_is_not_forwarded_a_second_time(aws: Aws) -> None:
    hop = Hop(aws, ALLOW)
    aws("events", INVOICING).create_event_bus(Name="third")
    third_url, third = create_queue(aws, "third", INVOICING)
    lost_url, lost = create_queue(aws, "lost", INVOICING)
    create_rule(aws, "third", {"Arn": third}, INVOICING)
    aws("events", INVOICING).put_targets(
        Rule="invoicing-rule",
        EventBusName="invoicing",
        Targets=[
            {
                "Id": "third",
                "Arn": bus_arn("third", INVOICING),
                "DeadLetterConfig": {"Arn": lost},
            }
        ],
    )
    hop.put()
    [message] = eventually(lambda: messages(aws("sqs", INVOICING), lost_url))
    attributes = {k: v["StringValue"] for k, v in message["MessageAttributes"].items()}
    assert attributes["ERROR_CODE"] == "THIRD_ACCOUNT_HOP_DETECTED"
    assert attributes["TARGET_ARN"] == bus_arn("third", INVOICING)
    assert messages(aws("sqs", INVOICING), third_url) == []
