"""PutEvents takes and refuses entries as EventBridge does."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.tests.buses import (
    THING_HAPPENED,
    allow_alpha,
    bus_arn,
    create_queue,
    create_rule,
    policy,
)
from local.tests.conftest import ALPHA, BETA, Aws, eventually, messages


class Bus:
    """A bus with a queue that gets all of shop.example."""

    def __init__(self, aws: Aws) -> None:
        self.aws = aws
        aws("events").create_event_bus(Name="alpha")
        self.url, arn = create_queue(aws, "received")
        create_rule(aws, "alpha", {"Arn": arn})

    def put(self, *entries: dict[str, Any]) -> list[dict[str, str]]:
        answer = self.aws("events").put_events(
            Entries=[{**THING_HAPPENED, "EventBusName": "alpha", **entry} for entry in entries]
        )
        results: list[dict[str, str]] = answer["Entries"]
        assert answer["FailedEntryCount"] == sum("ErrorCode" in result for result in results)
        return results

    def received(self) -> list[dict[str, Any]]:
        return [json.loads(m["Body"]) for m in messages(self.aws("sqs"), self.url)]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"Detail": "{no json"}, "MalformedDetail"),
        ({"Detail": "[1]"}, "MalformedDetail"),
        ({"Detail": ""}, "InvalidArgument"),
        ({"Source": ""}, "InvalidArgument"),
        ({"DetailType": ""}, "InvalidArgument"),
        ({"Source": "aws.alpha"}, "NotAuthorizedForSourceException"),
    ],
)
def test_a_bad_entry_is_refused_and_the_others_are_taken(
    aws: Aws, change: dict[str, str], code: str
) -> None:
    bus = Bus(aws)
    first, bad, last = bus.put({}, change, {})
    assert "EventId" in first
    assert "EventId" in last
    assert bad["ErrorCode"] == code
    assert len(eventually(bus.received)) == 2


def test_an_entry_for_a_bus_that_is_not_there_is_taken_and_lost(aws: Aws) -> None:
    bus = Bus(aws)
    lost, last = bus.put({"EventBusName": "nowhere"}, {})
    assert "EventId" in lost
    assert "EventId" in last
    assert len(eventually(bus.received)) == 1


def test_the_time_of_the_entry_is_the_time_of_the_event(aws: Aws) -> None:
    bus = Bus(aws)
    bus.put({"Time": 1_700_000_000})
    [event] = eventually(bus.received)
    assert event["time"] == "2023-11-14T22:13:20Z"


def test_entries_of_more_than_256_kib_together_are_refused_as_a_whole(aws: Aws) -> None:
    bus = Bus(aws)
    half = {"Detail": json.dumps({"x": "y" * 130 * 1024})}
    with pytest.raises(ClientError, match="Total size of the entries"):
        bus.put(half, half, {})
    assert "EventId" in bus.put(half)[0]
    assert len(eventually(bus.received)) == 1


def test_a_bus_of_another_account_takes_events_that_its_policy_allows(aws: Aws) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": ALPHA},
        "Action": "events:PutEvents",
        "Condition": {"StringEquals": {"events:source": "shop.example"}},
    }
    allow_alpha(aws, statement)
    url, arn = create_queue(aws, "received", BETA)
    create_rule(aws, "beta", {"Arn": arn}, BETA, {"account": [ALPHA]})
    entry = {**THING_HAPPENED, "EventBusName": bus_arn("beta", BETA)}
    assert aws("events").put_events(Entries=[entry])["FailedEntryCount"] == 0
    assert len(eventually(lambda: messages(aws("sqs", BETA), url))) == 1
    with pytest.raises(ClientError, match="not authorized to perform: events:PutEvents"):
        aws("events").put_events(Entries=[{**entry, "Source": "another-service"}])


def test_an_explicit_deny_holds_for_the_buss_own_account(aws: Aws) -> None:
    bus = Bus(aws)
    deny = {
        "Sid": "deny",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "events:PutEvents",
        "Resource": "*",
        "Condition": {"StringEquals": {"events:detail-type": "Secret"}},
    }
    aws("events").put_permission(EventBusName="alpha", Policy=policy(deny))
    with pytest.raises(ClientError, match="not authorized"):
        bus.put({"DetailType": "Secret"})
    assert "EventId" in bus.put({})[0]


def test_a_permission_given_to_an_account_lets_that_account_put_events(aws: Aws) -> None:
    aws("events", BETA).create_event_bus(Name="beta")
    entry = {**THING_HAPPENED, "EventBusName": bus_arn("beta", BETA)}
    with pytest.raises(ClientError, match="not authorized"):
        aws("events").put_events(Entries=[entry])
    aws("events", BETA).put_permission(
        EventBusName="beta", Principal=ALPHA, Action="events:PutEvents", StatementId="alpha"
    )
    assert aws("events").put_events(Entries=[entry])["FailedEntryCount"] == 0
