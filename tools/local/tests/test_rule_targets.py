"""Rules deliver to log groups, queues, topics and functions, or to the target's DLQ."""

import json
from typing import Any

import pytest

from local.tests.buses import THING_HAPPENED, create_queue, create_rule, policy
from local.tests.conftest import ALPHA, REGION, Aws, eventually, messages
from local.tests.functions import create_function, printed

LOG_GROUP = "/aws/events/alpha"
LOG_GROUP_ARN = f"arn:aws:logs:{REGION}:{ALPHA}:log-group:{LOG_GROUP}"


@pytest.fixture
def undelivered(aws: Aws) -> tuple[str, str]:
    aws("events").create_event_bus(Name="alpha")
    return create_queue(aws, "undelivered")


def put_event(aws: Aws) -> None:
    entry = {**THING_HAPPENED, "EventBusName": "alpha"}
    assert aws("events").put_events(Entries=[entry])["FailedEntryCount"] == 0


def logged(aws: Aws) -> list[dict[str, Any]]:
    events = aws("logs").filter_log_events(logGroupName=LOG_GROUP)["events"]
    return [json.loads(event["message"]) for event in events]


def allow_logs(aws: Aws) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": ["events.amazonaws.com", "delivery.logs.amazonaws.com"]},
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": f"{LOG_GROUP_ARN}:*",
    }
    aws("logs").put_resource_policy(policyName="events", policyDocument=policy(statement))


def test_a_log_group_gets_the_whole_event(aws: Aws, undelivered: tuple[str, str]) -> None:
    aws("logs").create_log_group(logGroupName=LOG_GROUP)
    allow_logs(aws)
    create_rule(aws, "alpha", {"Arn": LOG_GROUP_ARN, "DeadLetterConfig": {"Arn": undelivered[1]}})
    put_event(aws)
    [event] = eventually(lambda: logged(aws))
    assert event["detail"] == {"id": 1}
    assert messages(aws("sqs"), undelivered[0]) == []


def test_a_log_group_without_a_resource_policy_gets_nothing(
    aws: Aws, undelivered: tuple[str, str]
) -> None:
    aws("logs").create_log_group(logGroupName=LOG_GROUP)
    create_rule(aws, "alpha", {"Arn": LOG_GROUP_ARN, "DeadLetterConfig": {"Arn": undelivered[1]}})
    put_event(aws)
    [message] = eventually(lambda: messages(aws("sqs"), undelivered[0]))
    assert message["MessageAttributes"]["ERROR_CODE"]["StringValue"] == "NO_PERMISSIONS"
    assert logged(aws) == []


@pytest.mark.parametrize(
    "gone",
    [
        f"arn:aws:sqs:{REGION}:{ALPHA}:gone",
        f"arn:aws:sns:{REGION}:{ALPHA}:gone",
        f"arn:aws:lambda:{REGION}:{ALPHA}:function:gone",
        f"arn:aws:logs:{REGION}:{ALPHA}:log-group:gone",
    ],
)
def test_an_event_for_a_target_that_is_gone_is_kept_with_the_reason(
    aws: Aws, undelivered: tuple[str, str], gone: str
) -> None:
    rule = create_rule(aws, "alpha", {"Arn": gone, "DeadLetterConfig": {"Arn": undelivered[1]}})
    put_event(aws)
    [message] = eventually(lambda: messages(aws("sqs"), undelivered[0]))
    attributes = {k: v["StringValue"] for k, v in message["MessageAttributes"].items()}
    assert attributes.pop("ERROR_MESSAGE")
    assert attributes == {
        "RULE_ARN": rule,
        "TARGET_ARN": gone,
        "ERROR_CODE": "RESOURCE_NOT_FOUND",
        "RETRY_ATTEMPTS": "0",
    }
    assert json.loads(message["Body"])["detail"] == {"id": 1}


def test_a_function_that_fails_is_retried(aws: Aws, undelivered: tuple[str, str]) -> None:
    source = """
        def handle(event, context):
            print("called with", event["detail"]["id"])
            raise ValueError("not now")
    """
    arn = create_function(aws, "consumer", source)
    create_rule(aws, "alpha", {"Arn": arn, "DeadLetterConfig": {"Arn": undelivered[1]}})
    put_event(aws)
    eventually(lambda: printed(aws, "consumer").count("called with 1") >= 2)


def test_a_function_gets_the_part_of_the_event_that_its_target_names(aws: Aws) -> None:
    arn = create_function(aws, "consumer", "def handle(event, context): print('got', event)")
    aws("events").create_event_bus(Name="alpha")
    create_rule(aws, "alpha", {"Arn": arn, "InputPath": "$.detail"})
    put_event(aws)
    eventually(lambda: "got {'id': 1}" in printed(aws, "consumer"))
