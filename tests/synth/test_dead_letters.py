"""Every hop has a place for what fails, and just the hop's own sender may write there."""

import json
from collections import defaultdict

from tests.synth.template import Template, strings, target

Senders = dict[str, set[tuple[str, str]]]

SOURCE_ARN = "aws:SourceArn"


def senders_needed(stack: Template) -> Senders:
    """By queue, the service and the resource that have to send to it, from rules and topics."""
    queues = stack.of("AWS::SQS::Queue")
    needed: Senders = defaultdict(set)
    for id, rule in stack.of("AWS::Events::Rule").items():
        for to in rule["Targets"]:
            if not isinstance(to["Arn"], str) and target(to["Arn"]) in queues:
                needed[target(to["Arn"])].add(("events.amazonaws.com", id))
            needed[target(to["DeadLetterConfig"]["Arn"])].add(("events.amazonaws.com", id))
    for subscription in stack.of("AWS::SNS::Subscription").values():
        sender = ("sns.amazonaws.com", target(subscription["TopicArn"]))
        needed[target(subscription["Endpoint"])].add(sender)
        needed[target(subscription["RedrivePolicy"]["deadLetterTargetArn"])].add(sender)
    return needed


def dead_letter_queues(stack: Template) -> set[str]:
    """The queues that hold what failed at some hop."""
    rules = stack.of("AWS::Events::Rule").values()
    found = {target(to["DeadLetterConfig"]["Arn"]) for rule in rules for to in rule["Targets"]}
    for type in ("AWS::SQS::Queue", "AWS::SNS::Subscription"):
        for properties in stack.of(type).values():
            if "RedrivePolicy" in properties:
                found.add(target(properties["RedrivePolicy"]["deadLetterTargetArn"]))
    for mapping in stack.of("AWS::Lambda::EventSourceMapping").values():
        if "DestinationConfig" in mapping:
            found.add(target(mapping["DestinationConfig"]["OnFailure"]["Destination"]))
    return found


def work_queues(stack: Template) -> set[str]:
    """The queues that hold messages for a consumer."""
    return set(stack.of("AWS::SQS::Queue")) - dead_letter_queues(stack)


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
    used = []
    for id in work_queues(stack):
        redrive = queues[id]["RedrivePolicy"]
        to = target(redrive["deadLetterTargetArn"])
        used.append(to)
        assert redrive["maxReceiveCount"] == 5
        assert queues[to].get("FifoQueue") == queues[id].get("FifoQueue")
    assert len(used) == len(set(used)) > 0


def test_no_place_for_failures_serves_two_hops(stack: Template) -> None:
    needed = senders_needed(stack)
    for id in dead_letter_queues(stack):
        assert len(needed.get(id, set())) <= 1, id


def test_the_stream_has_an_on_failure_queue_that_its_function_may_write(stack: Template) -> None:
    mappings = [
        mapping
        for mapping in stack.of("AWS::Lambda::EventSourceMapping").values()
        if "StartingPosition" in mapping
    ]
    assert mappings
    for mapping in mappings:
        to = target(mapping["DestinationConfig"]["OnFailure"]["Destination"])
        grants = [
            statement
            for statement in stack.function_statements(target(mapping["FunctionName"]))
            if "sqs:SendMessage" in statement["Action"]
        ]
        assert [target(grant["Resource"]) for grant in grants] == [to]
        assert mapping["MaximumRetryAttempts"] == 10
        assert mapping["BisectBatchOnFunctionError"] is True


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


def test_no_function_is_invoked_asynchronously_without_a_place_for_failures(
    stack: Template,
) -> None:
    functions = set(stack.of("AWS::Lambda::Function"))
    for rule in stack.of("AWS::Events::Rule").values():
        for to in rule["Targets"]:
            assert isinstance(to["Arn"], str) or target(to["Arn"]) not in functions
    for subscription in stack.of("AWS::SNS::Subscription").values():
        assert subscription["Protocol"] == "sqs"
    for permission in stack.of("AWS::Lambda::Permission").values():
        assert permission["Principal"] == "apigateway.amazonaws.com", json.dumps(permission)
