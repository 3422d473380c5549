"""Who is woken by what: an alarm at every place where something may get stuck."""

from typing import Any

from tests.synth.template import Template, target
from tests.synth.test_dead_letters import dead_letter_queues, work_queues


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


def test_a_stream_that_is_not_read_has_an_alarm(stack: Template) -> None:
    for mapping in stack.of("AWS::Lambda::EventSourceMapping").values():
        if "StartingPosition" in mapping:
            publisher = target(mapping["FunctionName"])
            alarm = alarms_on(stack, "FunctionName", publisher)["IteratorAge"]
            assert alarm["Threshold"] == 5 * 60 * 1000


def test_an_api_that_fails_has_an_alarm(stack: Template) -> None:
    for api in stack.of("AWS::ApiGatewayV2::Api"):
        assert alarms_on(stack, "ApiId", api)["5xx"]["Threshold"] == 0


def test_every_alarm_tells_those_on_call_what_it_means(stack: Template) -> None:
    (topic,) = [
        id
        for id, topic in stack.of("AWS::SNS::Topic").items()
        if topic["TopicName"] == f"{stack.domain}-alarms"
    ]
    for id, alarm in stack.of("AWS::CloudWatch::Alarm").items():
        assert [target(action) for action in alarm["AlarmActions"]] == [topic], id
        assert alarm["AlarmDescription"].endswith(".")
        assert alarm["TreatMissingData"] == "notBreaching"


def test_alarms_may_publish_on_their_encrypted_topic(stack: Template) -> None:
    (topic,) = [
        id
        for id, topic in stack.of("AWS::SNS::Topic").items()
        if topic["TopicName"] == f"{stack.domain}-alarms"
    ]
    statements = stack.statements("AWS::SNS::TopicPolicy", topic)
    assert {"Service": "cloudwatch.amazonaws.com"} in [one["Principal"] for one in statements]
    (key,) = stack.of("AWS::KMS::Key").values()
    services = [one["Principal"].get("Service") for one in key["KeyPolicy"]["Statement"]]
    assert {"cloudwatch.amazonaws.com", "events.amazonaws.com"} <= set(services)
