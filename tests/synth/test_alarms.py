"""Who is woken by what: an alarm at every place where something may get stuck."""

from typing import Any

from tests.synth.places import dead_letter_queues, queue_mappings, stream_mappings, work_queues
from tests.synth.template import Template, target

AGE = "ApproximateAgeOfOldestMessage"
WAKE, TELL = "alarms", "notices"

SEVERITY = {
    AGE: (WAKE, "work stands still: its consumer is down"),
    "InvocationsFailedToBeSentToDlq": (WAKE, "events are lost"),
    "NumberOfNotificationsFailedToRedriveToDlq": (WAKE, "messages are lost"),
    "OutboxAge": (WAKE, "nothing is published"),
    "InvoicesOverdue": (WAKE, "orders are lost"),
    "FailingAge": (WAKE, "work stands still: its consumer fails"),
    "IteratorAge": (WAKE, "the reader of a stream stands still"),
    "DeliveryToS3.DataFreshness": (WAKE, "after a day, Firehose forgets what it cannot write"),
    "5xx": (WAKE, "customers are turned away"),
    "ApproximateNumberOfMessagesVisible": (TELL, "it is set aside, and kept for two weeks"),
    "Errors": (TELL, "it is tried again, for hours"),
    "IncomingLogEvents": (TELL, "Firehose tries again, for a day, or has set it aside"),
    "WriteProvisionedThroughputExceeded": (TELL, "EventBridge tries again, for a day"),
    "Throttles": (TELL, "it is tried again, for hours"),
    "DestinationDeliveryFailures": (TELL, "the sweep publishes what the stream gave up"),
    "ReadThrottleEvents": (TELL, "it is tried again"),
    "WriteThrottleEvents": (TELL, "it is tried again"),
    "Latency": (TELL, "slow, and answered"),
}
"""By metric, whom its alarms tell, and why them. A queue that nothing reads here can wait, too:
nothing in it is late before someone takes it."""


def alarms_on(stack: Template, dimension: str, id: str) -> dict[str, dict[str, Any]]:
    """The alarms of one resource, by metric."""
    return {
        alarm["MetricName"]: alarm
        for alarm in stack.of("AWS::CloudWatch::Alarm").values()
        for named in alarm["Dimensions"]
        if named["Name"] == dimension and target(named["Value"]) == id
    }


def alarms_of(stack: Template, metric: str) -> list[dict[str, Any]]:
    """The alarms on a metric."""
    alarms = stack.of("AWS::CloudWatch::Alarm").values()
    return [alarm for alarm in alarms if alarm["MetricName"] == metric]


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
        made = stack.of("AWS::SQS::Queue")[queue]
        kept, delay = made["MessageRetentionPeriod"], made.get("DelaySeconds", 0)
        read = not alarm_is_of_an_archive(stack, alarm)
        # An archive's rings when its messages are about to be forgotten, after ten days; any
        # other's after a quarter of an hour and their delay, or before that if they are forgotten
        # then.
        assert alarm["Threshold"] < kept
        late = (15 * 60 + delay, kept * 2 // 3)
        assert alarm["Threshold"] in (late if read else (7 * 24 * 3600,))


def test_every_rule_has_an_alarm_on_events_that_not_even_its_dead_letter_queue_takes(
    stack: Template,
) -> None:
    for rule in stack.of("AWS::Events::Rule").values():
        alarm = alarms_on(stack, "RuleName", rule["Name"])["InvocationsFailedToBeSentToDlq"]
        buses = [each["Value"] for each in alarm["Dimensions"] if each["Name"] == "EventBusName"]
        # The metrics of rules on the default bus do not name it.
        assert buses == [bus for bus in [rule["EventBusName"]] if bus != "default"], rule["Name"]
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


def test_an_outbox_whose_oldest_event_waits_has_an_alarm_that_rings_when_nothing_is_heard(
    stack: Template,
) -> None:
    if "outbox" not in stack.said:
        assert alarms_of(stack, "OutboxAge") == []
        return
    (alarm,) = alarms_of(stack, "OutboxAge")
    (sweeper,) = [
        one["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]
        for one in stack.of("AWS::Lambda::Function").values()
        if one["Handler"] == "eventing.sweeper.handler"
    ]
    assert alarm["Dimensions"] == [{"Name": "service", "Value": sweeper}]
    assert (alarm["Namespace"], alarm["Threshold"]) == ("Crossbus", 10 * 60)
    assert alarm["TreatMissingData"] == "breaching"


def test_every_function_has_an_alarm_on_each_way_to_fail(stack: Template) -> None:
    for function in stack.of("AWS::Lambda::Function"):
        mine = alarms_on(stack, "FunctionName", function)
        for metric in ("Errors", "Throttles", "DestinationDeliveryFailures"):
            alarm = mine[metric]
            assert alarm["Threshold"] == 0, metric
            often = (5, 30) if metric in ("Errors", "Throttles") else (1, 1)
            assert (alarm["DatapointsToAlarm"], alarm["EvaluationPeriods"]) == often


def test_every_function_that_reads_queues_has_an_alarm_on_what_it_fails_on(stack: Template) -> None:
    reporting = {
        stack.invoked(mapping["FunctionName"])
        for mapping in queue_mappings(stack).values()
        if "FunctionResponseTypes" in mapping
    }
    services = {
        stack.of("AWS::Lambda::Function")[function]["Environment"]["Variables"][
            "POWERTOOLS_SERVICE_NAME"
        ]
        for function in reporting
    }
    alarms = alarms_of(stack, "FailingAge")
    assert {alarm["Dimensions"][0]["Value"] for alarm in alarms} == services
    assert {(alarm["Namespace"], alarm["Threshold"]) for alarm in alarms} == {("Crossbus", 900)}


def test_every_table_of_state_has_an_alarm_while_it_is_throttled(stack: Template) -> None:
    outbox = stack.said.get("outbox", {}).get("table")
    for table in stack.of("AWS::DynamoDB::Table").keys() - {outbox}:
        mine = alarms_on(stack, "TableName", table)
        for metric in ("ReadThrottleEvents", "WriteThrottleEvents"):
            assert (mine[metric]["Threshold"], mine[metric]["EvaluationPeriods"]) == (0, 5)


def test_every_index_has_an_alarm_while_it_is_throttled(stack: Template) -> None:
    for table, made in stack.of("AWS::DynamoDB::Table").items():
        for index in made.get("GlobalSecondaryIndexes", []):
            watched = {
                alarm["MetricName"]
                for alarm in stack.of("AWS::CloudWatch::Alarm").values()
                if {"Name": "GlobalSecondaryIndexName", "Value": index["IndexName"]}
                in alarm["Dimensions"]
                and {"Name": "TableName", "Value": {"Ref": table}} in alarm["Dimensions"]
            }
            assert watched == {"ReadThrottleEvents", "WriteThrottleEvents"}


def test_every_stream_has_an_alarm_while_it_refuses_records(stack: Template) -> None:
    for stream in stack.of("AWS::Kinesis::Stream"):
        alarm = alarms_on(stack, "StreamName", stream)["WriteProvisionedThroughputExceeded"]
        assert (alarm["Threshold"], alarm["EvaluationPeriods"]) == (0, 5)


def test_every_reader_of_a_kinesis_stream_has_an_alarm_when_it_is_behind(stack: Template) -> None:
    for mapping in stream_mappings(stack).values():
        if target(mapping["EventSourceArn"]) in stack.of("AWS::Kinesis::Stream"):
            function = stack.invoked(mapping["FunctionName"])
            alarm = alarms_on(stack, "FunctionName", function)["IteratorAge"]
            assert alarm["Threshold"] == 15 * 60 * 1000


def test_every_delivery_into_a_bucket_has_alarms_when_it_is_late_or_fails(stack: Template) -> None:
    for delivery in stack.of("AWS::KinesisFirehose::DeliveryStream").values():
        to = delivery["ExtendedS3DestinationConfiguration"]
        (late,) = alarms_of(stack, "DeliveryToS3.DataFreshness")
        assert late["Threshold"] == 15 * 60 > to["BufferingHints"]["IntervalInSeconds"]
        assert to["CloudWatchLoggingOptions"]["Enabled"] is True
        log = target(to["CloudWatchLoggingOptions"]["LogGroupName"])
        assert alarms_on(stack, "LogGroupName", log)["IncomingLogEvents"]["Threshold"] == 0
        assert to["ErrorOutputPrefix"]


def test_an_api_that_is_slow_has_an_alarm(stack: Template) -> None:
    for api in stack.of("AWS::ApiGatewayV2::Api"):
        alarm = alarms_on(stack, "ApiId", api)["Latency"]
        assert (alarm["ExtendedStatistic"], alarm["Threshold"]) == ("p99", 3000)


def test_an_api_that_fails_has_an_alarm(stack: Template) -> None:
    for api in stack.of("AWS::ApiGatewayV2::Api"):
        assert alarms_on(stack, "ApiId", api)["5xx"]["Threshold"] == 0


def topic_of(stack: Template, severity: str) -> str:
    """The topic of one severity: `alarms` or `notices`."""
    topics = stack.of("AWS::SNS::Topic").items()
    (topic,) = [id for id, one in topics if one["TopicName"] == f"{stack.domain}-{severity}"]
    return topic


def test_every_alarm_tells_either_those_on_call_or_those_who_work_by_day_what_it_means(
    stack: Template,
) -> None:
    for id, alarm in stack.of("AWS::CloudWatch::Alarm").items():
        severity = SEVERITY[alarm["MetricName"]][0]
        topics = [topic_of(stack, severity)]
        if alarm["MetricName"] == AGE and alarm_is_of_an_archive(stack, alarm):
            topics = [topic_of(stack, "notices")]
        assert [target(action) for action in alarm["AlarmActions"]] == topics, id
        assert alarm["AlarmDescription"].endswith("."), id


def alarm_is_of_an_archive(stack: Template, alarm: dict[str, Any]) -> bool:
    """Whether an alarm is of a queue that no function of the system reads."""
    read = {target(one["EventSourceArn"]) for one in queue_mappings(stack).values()}
    return target(alarm["Dimensions"][0]["Value"]) not in read


def test_no_data_is_no_alarm_but_where_silence_says_that_nothing_moves(stack: Template) -> None:
    for alarm in stack.of("AWS::CloudWatch::Alarm").values():
        of_a_sweep = alarm["MetricName"] in ("OutboxAge", "InvoicesOverdue")
        silence = "breaching" if of_a_sweep else "notBreaching"
        assert alarm["TreatMissingData"] == silence


def test_only_cloudwatch_may_publish_on_a_topic_of_alarms_and_use_its_key(
    stack: Template,
) -> None:
    for severity in ("alarms", "notices"):
        topic = topic_of(stack, severity)
        statements = stack.statements("AWS::SNS::TopicPolicy", topic)
        (admitting,) = [one for one in statements if one["Effect"] == "Allow"]
        assert admitting["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
        of_account = f"arn:aws:cloudwatch:{stack.region}:{stack.account}:alarm:*"
        assert admitting["Condition"] == {"ArnLike": {"aws:SourceArn": of_account}}
        key_id = target(stack.of("AWS::SNS::Topic")[topic]["KmsMasterKeyId"])
        policy = stack.of("AWS::KMS::Key")[key_id]["KeyPolicy"]["Statement"]
        services = [one["Principal"].get("Service") for one in policy]
        assert set(services) - {None} == {"cloudwatch.amazonaws.com"}
