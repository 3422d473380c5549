"""Who is woken by what: an alarm at every place where something may get stuck."""

from typing import Any

from tests.synth.places import dead_letter_queues, stream_mappings, work_queues
from tests.synth.template import Template, target


def alarms_on(stack: Template, dimension: str, id: str) -> dict[str, dict[str, Any]]:
    """The alarms of one resource, by metric."""
    return {
        alarm["MetricName"]: alarm
        for alarm in stack.of("AWS::CloudWatch::Alarm").values()
        for named in alarm["Dimensions"]
        if named["Name"] == dimension and target(named["Value"]) == id
    }


def test_every_dead_letter_queue_has_an_alarm_on_its_first_message(stack: Template) -> None:
    for queue in dead_letter_queues(stack):
        alarm = alarms_on(stack, "QueueName", queue)["ApproximateNumberOfMessagesVisible"]
        assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("GreaterThanThreshold", 0)
        assert (alarm["EvaluationPeriods"], alarm["Period"]) == (1, 60)
        assert "repair and redrive" in alarm["AlarmDescription"]


def test_every_work_queue_has_an_alarm_on_the_age_of_its_oldest_message(stack: Template) -> None:
    for queue in work_queues(stack):
        alarm = alarms_on(stack, "QueueName", queue)["ApproximateAgeOfOldestMessage"]
        assert alarm["ComparisonOperator"] == "GreaterThanThreshold"
        assert 0 < alarm["Threshold"] <= 24 * 3600


def test_every_rule_has_an_alarm_on_events_that_not_even_its_dead_letter_queue_takes(
    stack: Template,
) -> None:
    for rule in stack.of("AWS::Events::Rule").values():
        alarm = alarms_on(stack, "RuleName", rule["Name"])["InvocationsFailedToBeSentToDlq"]
        (bus,) = [each["Value"] for each in alarm["Dimensions"] if each["Name"] == "EventBusName"]
        assert bus == rule["EventBusName"]
        assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("GreaterThanThreshold", 0)


def test_every_topic_with_subscriptions_has_an_alarm_on_messages_that_are_lost(
    stack: Template,
) -> None:
    for subscription in stack.of("AWS::SNS::Subscription").values():
        dimension = {"Fn::GetAtt": [target(subscription["TopicArn"]), "TopicName"]}
        (alarm,) = [
            alarm
            for alarm in stack.of("AWS::CloudWatch::Alarm").values()
            if alarm["MetricName"] == "NumberOfNotificationsFailedToRedriveToDlq"
            and alarm["Dimensions"] == [{"Name": "TopicName", "Value": dimension}]
        ]
        assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("GreaterThanThreshold", 0)


def test_a_stream_that_is_not_read_has_an_alarm(stack: Template) -> None:
    for mapping in stream_mappings(stack).values():
        reader = target(mapping["FunctionName"])
        assert alarms_on(stack, "FunctionName", reader)["IteratorAge"]["Threshold"] == 5 * 60 * 1000


def test_an_api_that_fails_has_an_alarm(stack: Template) -> None:
    for api in stack.of("AWS::ApiGatewayV2::Api"):
        assert alarms_on(stack, "ApiId", api)["5xx"]["Threshold"] == 0


def alarm_topic(stack: Template) -> str:
    """The topic to which those on call subscribe."""
    topics = stack.of("AWS::SNS::Topic").items()
    (topic,) = [id for id, topic in topics if topic["TopicName"] == f"{stack.domain}-alarms"]
    return topic


def test_every_alarm_tells_those_on_call_what_it_means(stack: Template) -> None:
    topic = alarm_topic(stack)
    for id, alarm in stack.of("AWS::CloudWatch::Alarm").items():
        assert [target(action) for action in alarm["AlarmActions"]] == [topic], id
        assert alarm["AlarmDescription"].endswith(".")
        assert alarm["TreatMissingData"] == "notBreaching"


def test_alarms_may_publish_on_their_encrypted_topic(stack: Template) -> None:
    topic = alarm_topic(stack)
    statements = stack.statements("AWS::SNS::TopicPolicy", topic)
    assert {"Service": "cloudwatch.amazonaws.com"} in [one["Principal"] for one in statements]
    key = stack.of("AWS::KMS::Key")[target(stack.of("AWS::SNS::Topic")[topic]["KmsMasterKeyId"])]
    services = [one["Principal"].get("Service") for one in key["KeyPolicy"]["Statement"]]
    assert {"cloudwatch.amazonaws.com", "events.amazonaws.com"} <= set(services)
