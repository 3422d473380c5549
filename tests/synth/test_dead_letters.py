"""Every hop has a place for what fails, and just the hop's own sender may write there."""

import pytest

from tests.synth.places import (
    dead_letter_queues,
    failures,
    queue_mappings,
    senders_needed,
    stream_mappings,
    work_queues,
)
from tests.synth.template import Template, strings, target

SOURCE_ARN = "aws:SourceArn"


def test_every_rule_target_has_a_dead_letter_queue_and_tries_for_a_day(stack: Template) -> None:
    for rule in stack.of("AWS::Events::Rule").values():
        for to in rule["Targets"]:
            assert target(to["DeadLetterConfig"]["Arn"]) in stack.of("AWS::SQS::Queue")
            assert to["RetryPolicy"] == {
                "MaximumEventAgeInSeconds": 86_400,
                "MaximumRetryAttempts": 185,
            }


def test_every_subscription_of_a_topic_has_a_dead_letter_queue(stack: Template) -> None:
    for subscription in stack.of("AWS::SNS::Subscription").values():
        to = target(subscription["RedrivePolicy"]["deadLetterTargetArn"])
        assert to in stack.of("AWS::SQS::Queue")
        assert to != target(subscription["Endpoint"])


def test_every_work_queue_has_a_dead_letter_queue_of_its_own_kind(stack: Template) -> None:
    queues = stack.of("AWS::SQS::Queue")
    for id in work_queues(stack):
        redrive = queues[id]["RedrivePolicy"]
        to = target(redrive["deadLetterTargetArn"])
        assert redrive["maxReceiveCount"] == 5
        assert queues[to].get("FifoQueue") == queues[id].get("FifoQueue")


def test_no_place_for_failures_serves_two_hops(stack: Template) -> None:
    places = [place for _, place in failures(stack)]
    assert places
    assert sorted(set(places)) == sorted(places)


def test_a_function_reads_queues_and_streams_of_its_own_stack_and_nothing_else(
    stack: Template,
) -> None:
    """What else a function may read has no rule here for its failures and alarms yet."""
    known = queue_mappings(stack).keys() | stream_mappings(stack).keys()
    assert set(stack.of("AWS::Lambda::EventSourceMapping")) == known


def test_a_stream_has_an_on_failure_queue_that_its_function_may_write(stack: Template) -> None:
    for mapping in stream_mappings(stack).values():
        to = target(mapping["DestinationConfig"]["OnFailure"]["Destination"])
        assert to in stack.of("AWS::SQS::Queue")
        grants = [
            statement
            for statement in stack.function_statements(target(mapping["FunctionName"]))
            if "sqs:SendMessage" in statement["Action"]
        ]
        assert to in [target(grant["Resource"]) for grant in grants]
        assert mapping["MaximumRetryAttempts"] == 10
        assert mapping["BisectBatchOnFunctionError"] is True


def test_the_stream_of_every_table_that_has_one_is_read(stack: Template) -> None:
    read = {target(mapping["EventSourceArn"]) for mapping in stream_mappings(stack).values()}
    tables = stack.of("AWS::DynamoDB::Table").items()
    assert {id for id, table in tables if "StreamSpecification" in table} == read


def test_just_the_sender_of_each_queue_may_write_it(stack: Template) -> None:
    needed = senders_needed(stack)
    for queue in stack.of("AWS::SQS::Queue"):
        allowed = set()
        for statement in stack.statements("AWS::SQS::QueuePolicy", queue):
            if statement["Effect"] == "Allow":
                assert statement["Action"] == "sqs:SendMessage"
                assert target(statement["Resource"]) == queue
                (condition,) = statement["Condition"].items()
                assert condition[0] == "ArnEquals"
                assert set(condition[1]) == {SOURCE_ARN}
                sender = stack.source(condition[1][SOURCE_ARN])
                allowed.add((statement["Principal"]["Service"], sender))
        assert allowed == needed.get(queue, set()), queue


def test_just_its_rule_may_publish_on_a_topic(stack: Template) -> None:
    fed = {
        (target(to["Arn"]), id)
        for id, rule in stack.of("AWS::Events::Rule").items()
        for to in rule["Targets"]
        if not isinstance(to["Arn"], str) and target(to["Arn"]) in stack.of("AWS::SNS::Topic")
    }
    allowed = {
        (topic, stack.source(statement["Condition"]["ArnEquals"][SOURCE_ARN]))
        for topic in stack.of("AWS::SNS::Topic")
        for statement in stack.statements("AWS::SNS::TopicPolicy", topic)
        if statement["Effect"] == "Allow"
        and statement["Principal"] == {"Service": "events.amazonaws.com"}
    }
    assert allowed == fed


def test_dead_letters_are_kept_for_longer_than_the_messages_they_were(stack: Template) -> None:
    dead = dead_letter_queues(stack)
    for id, queue in stack.of("AWS::SQS::Queue").items():
        days = queue["MessageRetentionPeriod"] / (24 * 3600)
        assert days == (14 if id in dead else 10)


def test_a_rule_is_made_after_the_policies_that_admit_it(stack: Template) -> None:
    for id, rule in stack.of("AWS::Events::Rule").items():
        made_before = set(stack.body["Resources"][id]["DependsOn"])
        policies = {
            policy
            for kind in ("AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy")
            for policy, properties in stack.of(kind).items()
            if f"/{rule['Name']}" in "".join(strings(properties))
        }
        assert policies <= made_before
        assert policies


@pytest.mark.parametrize("type", ["AWS::Events::Rule", "AWS::SNS::Subscription"])
def test_a_rule_or_subscription_delivers_to_nothing_that_has_no_rule_here(
    stack: Template, type: str
) -> None:
    """Whatever else is delivered to needs a place for failures that these tests look for."""
    places = {*stack.of("AWS::SQS::Queue"), *stack.of("AWS::SNS::Topic")}
    for resource in stack.of(type).values():
        for arn in (
            [resource["Endpoint"]]
            if "Endpoint" in resource
            else [to["Arn"] for to in resource["Targets"]]
        ):
            if isinstance(arn, str):
                assert ":event-bus/" in arn or ":log-group:" in arn
            else:
                assert target(arn) in places


def test_a_function_that_is_invoked_asynchronously_has_a_place_for_failures(
    stack: Template,
) -> None:
    """An API waits for the answer; every other service that may invoke a function does not."""
    safe = {hop for hop, _ in failures(stack)} | {
        target(config["FunctionName"])
        for config in stack.of("AWS::Lambda::EventInvokeConfig").values()
        if "OnFailure" in config.get("DestinationConfig", {})
    }
    for permission in stack.of("AWS::Lambda::Permission").values():
        if permission["Principal"] != "apigateway.amazonaws.com":
            assert target(permission["FunctionName"]) in safe


def test_a_queue_gets_the_message_itself_not_wrapped_by_sns(stack: Template) -> None:
    for subscription in stack.of("AWS::SNS::Subscription").values():
        assert subscription["RawMessageDelivery"] is True
