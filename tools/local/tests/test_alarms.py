"""Alarms on queues go off, each for its own queue, and tell their topic."""

import json
from typing import Any

from local.tests.buses import create_queue
from local.tests.conftest import Aws, Deploy, eventually, messages


def alarm(queue: str, **changes: Any) -> dict[str, Any]:
    return {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "AlarmName": f"{queue}-alarm",
            "Namespace": "AWS/SQS",
            "MetricName": "ApproximateNumberOfMessagesVisible",
            "Dimensions": [{"Name": "QueueName", "Value": queue}],
            "Statistic": "Maximum",
            "Period": 60,
            "EvaluationPeriods": 1,
            "Threshold": 0,
            "ComparisonOperator": "GreaterThanThreshold",
            "TreatMissingData": "notBreaching",
            **changes,
        },
    }


def states(aws: Aws) -> dict[str, str]:
    alarms = aws("cloudwatch").describe_alarms()["MetricAlarms"]
    return {alarm["AlarmName"]: alarm["StateValue"] for alarm in alarms}


def test_a_message_in_a_dead_letter_queue_sets_off_the_alarm_of_that_queue_only(
    aws: Aws, deploy_template: Deploy
) -> None:
    full_url, _ = create_queue(aws, "full")
    create_queue(aws, "empty")
    told_url, told = create_queue(aws, "told")
    topic = aws("sns").create_topic(Name="on-call")["TopicArn"]
    aws("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=told)
    deploy_template({q: alarm(q, AlarmActions=[topic]) for q in ("full", "empty")})
    aws("sqs").send_message(QueueUrl=full_url, MessageBody="dead")
    eventually(lambda: states(aws) == {"full-alarm": "ALARM", "empty-alarm": "OK"}, timeout=15)
    [message] = eventually(lambda: messages(aws("sqs"), told_url))
    notice = json.loads(json.loads(message["Body"])["Message"])
    assert (notice["AlarmName"], notice["NewStateValue"]) == ("full-alarm", "ALARM")


def test_an_alarm_goes_back_when_there_is_no_breach_any_more(
    aws: Aws, deploy_template: Deploy
) -> None:
    url, _ = create_queue(aws, "queue")
    deploy_template({"Alarm": alarm("queue", Period=10)})
    aws("sqs").send_message(QueueUrl=url, MessageBody="dead")
    eventually(lambda: states(aws) == {"queue-alarm": "ALARM"}, timeout=15)
    aws("sqs").purge_queue(QueueUrl=url)
    eventually(lambda: states(aws) == {"queue-alarm": "OK"}, timeout=30)


def test_an_alarm_may_need_a_breach_in_some_of_its_periods_only(
    aws: Aws, deploy_template: Deploy
) -> None:
    for name in ("some", "all"):
        url, _ = create_queue(aws, name)
        aws("sqs").send_message(QueueUrl=url, MessageBody="dead")
    some = alarm("some", EvaluationPeriods=30, DatapointsToAlarm=1)
    deploy_template({"Some": some, "All": alarm("all", EvaluationPeriods=30)})
    eventually(lambda: states(aws) == {"some-alarm": "ALARM", "all-alarm": "OK"}, timeout=15)


def test_an_alarm_on_the_age_of_messages_waits_until_they_are_so_old(
    aws: Aws, deploy_template: Deploy
) -> None:
    url, _ = create_queue(aws, "queue")
    age = "ApproximateAgeOfOldestMessage"
    deploy_template({"Alarm": alarm("queue", MetricName=age, Threshold=3)})
    aws("sqs").send_message(QueueUrl=url, MessageBody="waiting")
    eventually(lambda: states(aws) == {"queue-alarm": "OK"})
    eventually(lambda: states(aws) == {"queue-alarm": "ALARM"}, timeout=15)


def test_an_alarm_that_needs_data_says_that_it_has_none(aws: Aws, deploy_template: Deploy) -> None:
    deploy_template({"Alarm": alarm("queue", TreatMissingData="missing")})
    assert states(aws) == {"queue-alarm": "INSUFFICIENT_DATA"}


def test_an_alarm_that_changes_its_state_puts_an_event_on_the_default_bus(
    aws: Aws, deploy_template: Deploy
) -> None:
    told_url, told = create_queue(aws, "told")
    create_queue(aws, "queue")
    pattern = {
        "source": ["aws.cloudwatch"],
        "detail-type": ["CloudWatch Alarm State Change"],
        "detail": {"state": {"value": ["ALARM"]}},
    }
    aws("events").put_rule(Name="changes", EventPattern=json.dumps(pattern))
    aws("events").put_targets(Rule="changes", Targets=[{"Id": "queue", "Arn": told}])
    deploy_template({"Alarm": alarm("queue")})
    state = {"AlarmName": "queue-alarm", "StateValue": "ALARM", "StateReason": "a test"}
    aws("cloudwatch").set_alarm_state(**state)
    [message] = eventually(lambda: messages(aws("sqs"), told_url))
    event = json.loads(message["Body"])
    assert event["detail"]["alarmName"] == "queue-alarm"
    assert event["detail"]["state"]["value"] == "ALARM"
    assert event["resources"][0].endswith(":alarm:queue-alarm")
