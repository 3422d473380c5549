"""Every hop has a place for what fails, and just the hop's own sender may write there."""

import json
from typing import Any

import pytest

from tests.synth.places import (
    dead_letter_queues,
    failures,
    queue_mappings,
    senders_needed,
    stream_mappings,
    unrouted_queues,
    waiting_queues,
    work_queues,
)
from tests.synth.template import Template, listed, target

SOURCE_ARN = "aws:SourceArn"
SIX_HOURS = 6 * 3600


def test_every_rule_target_has_a_dead_letter_queue_and_tries_for_a_day(stack: Template) -> None:
    for rule in stack.of("AWS::Events::Rule").values():
        for to in rule["Targets"]:
            assert target(to["DeadLetterConfig"]["Arn"]) in stack.of("AWS::SQS::Queue")
            said = {"MaximumEventAgeInSeconds": 86_400, "MaximumRetryAttempts": 185}
            # Of a bus that is so, and a target that says it is refused.
            assert to.get("RetryPolicy") == (None if ":event-bus/" in str(to["Arn"]) else said)


def test_every_subscription_of_a_topic_has_a_dead_letter_queue(stack: Template) -> None:
    for subscription in stack.of("AWS::SNS::Subscription").values():
        to = target(subscription["RedrivePolicy"]["deadLetterTargetArn"])
        assert to in stack.of("AWS::SQS::Queue")
        assert to != target(subscription["Endpoint"])


def test_every_work_queue_has_a_dead_letter_queue_of_its_own_kind(stack: Template) -> None:
    queues = stack.of("AWS::SQS::Queue")
    for id in work_queues(stack):
        assert "RedrivePolicy" in queues[id], f"{id} has no dead-letter queue"
        redrive = queues[id]["RedrivePolicy"]
        to = target(redrive["deadLetterTargetArn"])
        assert queues[to].get("FifoQueue") == queues[id].get("FifoQueue")


def test_a_message_is_tried_for_six_hours_before_it_is_a_dead_letter(stack: Template) -> None:
    """Even if its function never starts, and leaves it to come back when it is visible again."""
    queues = stack.of("AWS::SQS::Queue")
    for id in work_queues(stack):
        receives = queues[id]["RedrivePolicy"]["maxReceiveCount"]
        assert receives == (1_000 if queues[id].get("FifoQueue") else 200)
        assert receives * queues[id]["VisibilityTimeout"] >= SIX_HOURS, id


def test_every_place_for_failures_says_what_it_holds_and_nothing_else_does(
    stack: Template,
) -> None:
    places = {place for _, place in failures(stack)} - set(waiting_queues(stack))
    assert dead_letter_queues(stack) == places | unrouted_queues(stack)


def test_what_no_queue_of_a_topic_gets_is_held_in_a_queue_of_its_name(stack: Template) -> None:
    queues, topics = stack.of("AWS::SQS::Queue"), stack.of("AWS::SNS::Topic")
    unrouted = unrouted_queues(stack)
    subscribed = {target(one["TopicArn"]) for one in stack.of("AWS::SNS::Subscription").values()}
    names = sorted(f"{topics[topic]['TopicName']}-unrouted" for topic in subscribed)
    assert sorted(queues[queue]["QueueName"] for queue in unrouted) == names


def test_a_filter_policy_of_the_unrouted_takes_just_what_the_others_leave(stack: Template) -> None:
    unrouted = unrouted_queues(stack)
    by_topic: dict[str, list[tuple[bool, str, list[object]]]] = {}
    for one in stack.of("AWS::SNS::Subscription").values():
        path, conditions = condition(one["FilterPolicy"])
        of_topic = by_topic.setdefault(target(one["TopicArn"]), [])
        of_topic.append((target(one["Endpoint"]) in unrouted, path, conditions))
    for subscriptions in by_topic.values():
        assert len({path for _, path, _ in subscriptions}) == 1
        taken = [value for rest, _, values in subscriptions if not rest for value in values]
        assert all(isinstance(value, str) for value in taken)
        (left,) = [conditions for rest, _, conditions in subscriptions if rest]
        assert left == [{"anything-but": taken}, {"exists": False}]


def condition(policy: dict[str, object]) -> tuple[str, list[object]]:
    """The path and the conditions of a filter policy, which has one."""
    ((name, inner),) = policy.items()
    if isinstance(inner, dict):
        path, conditions = condition(inner)
        return f"{name}.{path}", conditions
    assert isinstance(inner, list)
    return name, inner


def test_no_place_for_failures_serves_two_hops_but_that_of_the_undeliverable(
    stack: Template,
) -> None:
    waiting = waiting_queues(stack)
    places = [place for hop, place in failures(stack) if hop not in waiting]
    assert places
    assert sorted(set(places)) == sorted(places)
    (undeliverable,) = {place for hop, place in failures(stack) if hop in waiting}
    name = stack.of("AWS::SQS::Queue")[undeliverable]["QueueName"]
    assert name == f"{stack.domain}-undeliverable"
    assert undeliverable not in places


def test_what_a_rule_or_topic_could_not_deliver_is_redelivered_but_for_runs_of_a_schedule(
    stack: Template,
) -> None:
    """A run that was missed is made up for by the next."""
    rules = stack.of("AWS::Events::Rule")
    events = {id for id, rule in rules.items() if "EventPattern" in rule}
    assert set(waiting_queues(stack).values()) == events | set(stack.of("AWS::SNS::Subscription"))


def test_redelivery_finds_the_target_of_each_of_its_queues(stack: Template) -> None:
    queues, hops = stack.of("AWS::SQS::Queue"), waiting_queues(stack)
    (function,) = {
        stack.invoked(mapping["FunctionName"])
        for mapping in queue_mappings(stack).values()
        if target(mapping["EventSourceArn"]) in hops
    }
    variables = stack.of("AWS::Lambda::Function")[function]["Environment"]["Variables"]
    found = json.loads(written(variables["TARGETS"]))
    assert found == {queues[id]["QueueName"]: target_of(stack, hop) for id, hop in hops.items()}


def target_of(stack: Template, hop: str) -> str:
    """What a rule or a subscription delivers to: its ARN, or `<id>` of what is in the stack."""
    if hop in stack.of("AWS::SNS::Subscription"):
        return written(stack.of("AWS::SNS::Subscription")[hop]["Endpoint"])
    (to,) = stack.of("AWS::Events::Rule")[hop]["Targets"]
    return written(to["Arn"])


def written(value: Any) -> str:
    """A text that may be joined of parts, with `<id>` for what refers to a resource."""
    if isinstance(value, dict) and "Fn::Join" in value:
        return "".join(written(part) for part in value["Fn::Join"][1])
    return value if isinstance(value, str) else f"<{target(value)}>"


def test_a_function_reads_queues_and_streams_of_its_own_stack_and_nothing_else(
    stack: Template,
) -> None:
    """What else a function may read has no rule here for its failures and alarms yet."""
    known = queue_mappings(stack).keys() | stream_mappings(stack).keys()
    assert set(stack.of("AWS::Lambda::EventSourceMapping")) == known


def test_a_stream_is_read_for_days_and_its_function_may_write_its_on_failure_queue(
    stack: Template,
) -> None:
    for mapping in stream_mappings(stack).values():
        to = target(mapping["DestinationConfig"]["OnFailure"]["Destination"])
        assert to in stack.of("AWS::SQS::Queue")
        grants = [
            statement
            for statement in stack.function_statements(stack.invoked(mapping["FunctionName"]))
            if "sqs:SendMessage" in listed(statement["Action"])
        ]
        assert to in [target(grant["Resource"]) for grant in grants]
        assert mapping["MaximumRetryAttempts"] == -1
        stream = target(mapping["EventSourceArn"])
        if stream in stack.of("AWS::Kinesis::Stream"):
            # A day is left to read what is given up.
            kept = stack.of("AWS::Kinesis::Stream")[stream]["RetentionPeriodHours"]
            assert mapping["MaximumRecordAgeInSeconds"] == (kept - 24) * 3600
        else:
            assert "MaximumRecordAgeInSeconds" not in mapping, "its sweeper finds what is left"
        assert mapping["BisectBatchOnFunctionError"] is True


def test_every_stream_and_that_of_every_table_that_has_one_is_read(stack: Template) -> None:
    read = {target(mapping["EventSourceArn"]) for mapping in stream_mappings(stack).values()}
    tables = stack.of("AWS::DynamoDB::Table").items()
    streaming = {id for id, table in tables if "StreamSpecification" in table}
    assert streaming | set(stack.of("AWS::Kinesis::Stream")) == read


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


def test_dead_letters_are_kept_for_longer_than_the_messages_they_were(stack: Template) -> None:
    dead, swept = dead_letter_queues(stack), swept_queues(stack)
    for id, queue in stack.of("AWS::SQS::Queue").items():
        days = queue["MessageRetentionPeriod"] / (24 * 3600)
        if id not in swept:
            assert days == (14 if id in dead else 10)


def test_a_run_of_a_schedule_is_forgotten_once_the_next_ones_have_made_up_for_it(
    stack: Template,
) -> None:
    for id in swept_queues(stack):
        assert stack.of("AWS::SQS::Queue")[id]["MessageRetentionPeriod"] == 15 * 60


def swept_queues(stack: Template) -> set[str]:
    """The queues that a schedule fills."""
    return {
        target(to["Arn"])
        for rule in stack.of("AWS::Events::Rule").values()
        if "ScheduleExpression" in rule
        for to in rule["Targets"]
    }


def test_a_rule_is_made_after_the_policies_that_admit_it(stack: Template) -> None:
    for id, rule in stack.of("AWS::Events::Rule").items():
        made_before = set(stack.body["Resources"][id]["DependsOn"])
        policies = {
            policy
            for kind in ("AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy")
            for policy, properties in stack.of(kind).items()
            for statement in properties["PolicyDocument"]["Statement"]
            for arn in [statement.get("Condition", {}).get("ArnEquals", {}).get(SOURCE_ARN)]
            if arn and stack.source(arn) == id
        }
        made_by_us = {target(to["Arn"]) for to in rule["Targets"] if isinstance(to["Arn"], dict)}
        assert made_by_us <= made_before
        assert policies <= made_before
        assert policies


@pytest.mark.parametrize("type", ["AWS::Events::Rule", "AWS::SNS::Subscription"])
def test_a_rule_or_subscription_delivers_to_nothing_that_has_no_rule_here(
    stack: Template, type: str
) -> None:
    """Whatever else is delivered to needs a place for failures that these tests look for."""
    kinds = ("SQS::Queue", "SNS::Topic", "Kinesis::Stream", "KinesisFirehose::DeliveryStream")
    places = {id for kind in kinds for id in stack.of(f"AWS::{kind}")}
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
        stack.invoked(config["FunctionName"])
        for config in stack.of("AWS::Lambda::EventInvokeConfig").values()
        if "OnFailure" in config.get("DestinationConfig", {})
    }
    for permission in stack.of("AWS::Lambda::Permission").values():
        if permission["Principal"] != "apigateway.amazonaws.com":
            assert stack.invoked(permission["FunctionName"]) in safe


def test_a_queue_gets_the_message_itself_not_wrapped_by_sns(stack: Template) -> None:
    for subscription in stack.of("AWS::SNS::Subscription").values():
        assert subscription["RawMessageDelivery"] is True
