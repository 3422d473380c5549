"""Rules: each delivers as a role of its own that may deliver there, and nothing else.

Topics, queues and keys admit no rule by themselves: what AWS's documents say of conditions for
EventBridge there is disputed, so the templates do without.
"""

from typing import Any

from tests.synth.places import failures
from tests.synth.template import Template, listed, target

EVENTBRIDGE = "events.amazonaws.com"


def needed(stack: Template, arn: Any) -> set[tuple[str, str]]:
    """What it takes to deliver to a target: each action, and the ARN or id of its resource."""
    if isinstance(arn, str):
        return {("events:PutEvents", arn)} if ":event-bus/" in arn else set()
    to = target(arn)
    if to in stack.of("AWS::SQS::Queue"):
        return {("sqs:SendMessage", to)}
    if to in stack.of("AWS::Kinesis::Stream"):
        return {("kinesis:PutRecord", to), ("kinesis:PutRecords", to)}
    if to in stack.of("AWS::KinesisFirehose::DeliveryStream"):
        return {("firehose:PutRecord", to), ("firehose:PutRecordBatch", to)}
    key = target(stack.of("AWS::SNS::Topic")[to]["KmsMasterKeyId"])
    return {("sns:Publish", to), ("kms:GenerateDataKey", key), ("kms:Decrypt", key)}


def test_a_rule_delivers_as_a_role_that_may_deliver_to_its_target_and_nothing_else(
    stack: Template,
) -> None:
    for rule in stack.of("AWS::Events::Rule").values():
        for to in rule["Targets"]:
            needs = needed(stack, to["Arn"])
            assert bool(needs) == ("RoleArn" in to), rule["Name"]
            if needs:
                statements = stack.role_statements(target(to["RoleArn"]))
                assert {one["Effect"] for one in statements} == {"Allow"}
                assert all("Condition" not in one for one in statements)
                allowed = {
                    (action, target(resource))
                    for one in statements
                    for action in listed(one["Action"])
                    for resource in listed(one["Resource"])
                }
                assert allowed == needs, rule["Name"]


def test_the_role_of_a_rule_is_its_own_and_for_eventbridge_in_this_account_alone(
    stack: Template,
) -> None:
    rules = stack.of("AWS::Events::Rule").values()
    roles = [target(to["RoleArn"]) for one in rules for to in one["Targets"] if "RoleArn" in to]
    assert len(set(roles)) == len(roles)
    for role in roles:
        (trust,) = stack.of("AWS::IAM::Role")[role]["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Principal"] == {"Service": EVENTBRIDGE}
        assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": stack.account}}


def test_the_policy_of_a_rules_role_is_there_as_soon_as_the_role_is(stack: Template) -> None:
    for rule in stack.of("AWS::Events::Rule").values():
        for to in rule["Targets"]:
            if "RoleArn" in to:
                assert stack.of("AWS::IAM::Role")[target(to["RoleArn"])]["Policies"]


def test_eventbridge_itself_may_write_where_rules_set_aside_and_nowhere_else(
    stack: Template,
) -> None:
    set_aside = {place for hop, place in failures(stack) if hop in stack.of("AWS::Events::Rule")}
    owners = {
        ("AWS::SQS::QueuePolicy", id): stack.statements("AWS::SQS::QueuePolicy", id)
        for id in stack.of("AWS::SQS::Queue")
    }
    owners |= {
        ("AWS::SNS::TopicPolicy", id): stack.statements("AWS::SNS::TopicPolicy", id)
        for id in stack.of("AWS::SNS::Topic")
    }
    owners |= {
        ("AWS::KMS::Key", id): key["KeyPolicy"]["Statement"]
        for id, key in stack.of("AWS::KMS::Key").items()
    }
    admitting = {
        id
        for (_, id), statements in owners.items()
        for one in statements
        if one["Effect"] == "Allow" and EVENTBRIDGE in listed(one["Principal"].get("Service"))
    }
    assert admitting == set_aside


def test_what_is_observed_is_told_by_its_producers_account_source_and_detail_type(
    stack: Template,
) -> None:
    received = [[event["source"]] for event in stack.said.get("receives", [])]
    for rule in stack.of("AWS::Events::Rule").values():
        pattern = rule.get("EventPattern", {})
        if pattern.get("source") in received:
            assert set(pattern) == {"source"}
        elif is_of_aws(rule):
            assert set(pattern) == {"source", "detail-type", "detail"}
        elif set(pattern) == {"account", "source"}:
            # Whatever is observed, which the policy of the bus tells by detail-type as well.
            assert all(one["keeps"] for one in stack.said["subscribes"])
            assert set(pattern["source"]) == {source for source, _ in stack.events("subscribes")}
            assert stack.account not in pattern["account"]
        elif "source" in pattern:
            assert {"account", "source", "detail-type"} >= set(pattern) - {"detail", "$or"}
            assert len(pattern["account"]) == len(pattern["source"]) == 1
            (source,) = pattern["source"]
            mine = {one for one, _ in stack.events("publishes")}
            assert (pattern["account"] == [stack.account]) == (source in mine)
        else:
            assert pattern == {"account": [{"exists": True}]} or "ScheduleExpression" in rule


def is_of_aws(rule: dict[str, Any]) -> bool:
    """Whether a rule is for events of AWS's own services."""
    sources = rule.get("EventPattern", {}).get("source", [])
    return bool(sources) and all(str(source).startswith("aws.") for source in sources)


def test_only_schedules_and_what_aws_tells_of_its_services_stand_on_the_default_bus(
    stack: Template,
) -> None:
    for rule in stack.of("AWS::Events::Rule").values():
        on_default = "ScheduleExpression" in rule or is_of_aws(rule)
        assert on_default == (rule["EventBusName"] == "default")
        assert ("ScheduleExpression" in rule) == ("EventPattern" not in rule)


def test_a_rule_to_another_bus_is_left_out_where_its_parameter_says_that_the_bus_is_not_there(
    stack: Template,
) -> None:
    resources: dict[str, Any] = stack.body["Resources"]
    for rule in (one for one in resources.values() if one["Type"] == "AWS::Events::Rule"):
        to_bus = any(":event-bus/" in str(to["Arn"]) for to in rule["Properties"]["Targets"])
        assert to_bus == ("Condition" in rule), rule["Properties"]["Name"]
        if to_bus:
            parameter = rule["Metadata"]["crossbus:awaits"]
            expected = {"Fn::Equals": [{"Ref": parameter}, "true"]}
            assert stack.body["Conditions"][rule["Condition"]] == expected
            assert stack.body["Parameters"][parameter]["Default"] == "true"
