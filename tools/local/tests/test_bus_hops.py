"""A rule forwards events to the bus of another account, once, and only with permission."""

from typing import Any

import pytest

from local.tests.buses import (
    ROLE_ARN,
    THING_HAPPENED,
    allow_alpha,
    allow_forwarding,
    bus_arn,
    create_queue,
    create_rule,
)
from local.tests.conftest import ALPHA, BETA, Aws, eventually, messages

ALLOW: dict[str, Any] = {
    "Effect": "Allow",
    "Principal": {"AWS": f"arn:aws:iam::{ALPHA}:root"},
    "Action": "events:PutEvents",
    "Condition": {
        "StringEquals": {"events:source": "shop.example", "events:detail-type": ["ThingHappened"]},
        "Null": {"events:source": "false"},
    },
}
BETA_BUS = bus_arn("beta", BETA)


class Hop:
    """The bus of alpha, a rule that forwards to beta, and the queues at both ends."""

    def __init__(self, aws: Aws, *statements: dict[str, Any]) -> None:
        self.aws = aws
        allow_alpha(aws, *statements)
        allow_forwarding(aws, BETA_BUS)
        self.received_url, received = create_queue(aws, "received", BETA)
        create_rule(aws, "beta", {"Arn": received}, BETA)
        self.undelivered_url, undelivered = create_queue(aws, "undelivered")
        aws("events").create_event_bus(Name="alpha")
        create_rule(
            aws,
            "alpha",
            {"Arn": BETA_BUS, "RoleArn": ROLE_ARN, "DeadLetterConfig": {"Arn": undelivered}},
        )

    def put(self, **changes: str) -> None:
        answer = self.aws("events").put_events(
            Entries=[{**THING_HAPPENED, "EventBusName": "alpha", **changes}]
        )
        assert answer["FailedEntryCount"] == 0

    def received(self) -> list[dict[str, Any]]:
        return messages(self.aws("sqs", BETA), self.received_url)

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
    assert f'"account": "{ALPHA}"' in message["Body"]
    assert hop.undelivered() == []


@pytest.mark.parametrize(
    "statements",
    [
        pytest.param((), id="no policy"),
        pytest.param(
            ({**ALLOW, "Principal": {"AWS": "arn:aws:iam::100000000003:root"}},),
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
    hop.put(DetailType="ThingMoved")
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
    aws("events", BETA).delete_event_bus(Name="beta")
    hop.put()
    assert hop.error_code() == "RESOURCE_NOT_FOUND"


def test_an_event_is_not_forwarded_a_second_time(aws: Aws) -> None:
    hop = Hop(aws, ALLOW)
    aws("events", BETA).create_event_bus(Name="third")
    third_url, third = create_queue(aws, "third", BETA)
    lost_url, lost = create_queue(aws, "lost", BETA)
    create_rule(aws, "third", {"Arn": third}, BETA)
    aws("events", BETA).put_targets(
        Rule="beta-rule",
        EventBusName="beta",
        Targets=[
            {
                "Id": "third",
                "Arn": bus_arn("third", BETA),
                "DeadLetterConfig": {"Arn": lost},
            }
        ],
    )
    hop.put()
    [message] = eventually(lambda: messages(aws("sqs", BETA), lost_url))
    attributes = {k: v["StringValue"] for k, v in message["MessageAttributes"].items()}
    assert attributes["ERROR_CODE"] == "THIRD_ACCOUNT_HOP_DETECTED"
    assert attributes["TARGET_ARN"] == bus_arn("third", BETA)
    assert messages(aws("sqs", BETA), third_url) == []
