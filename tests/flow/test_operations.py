"""What becomes of an alarm reaches who keeps track of incidents."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from business import shop
from local.system import System, wait_until

DOMAIN = "invoicing"


@pytest.fixture
def heard(system: System) -> Iterator[str]:
    """The URL of a queue that is subscribed to the topic of a domain's operations."""
    sqs, sns = system.client("sqs", DOMAIN), system.client("sns", DOMAIN)
    url = sqs.create_queue(QueueName=f"incidents-{uuid.uuid4()}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    arns = [each["TopicArn"] for each in sns.list_topics()["Topics"]]
    (topic,) = (each for each in arns if each.endswith(f":{DOMAIN}-operations"))
    subscribed = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn["QueueArn"])
    yield url
    sns.unsubscribe(SubscriptionArn=subscribed["SubscriptionArn"])
    sqs.delete_queue(QueueUrl=url)


def test_an_alarm_that_rings_is_told_on_its_domains_topic_of_operations(
    system: System, heard: str
) -> None:
    cloudwatch, sqs = system.client("cloudwatch", DOMAIN), system.client("sqs", DOMAIN)
    alarms = cloudwatch.describe_alarms()["MetricAlarms"]
    name = next(alarm["AlarmName"] for alarm in alarms if alarm["StateValue"] == "OK")
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="a drill")

    def told() -> dict[str, Any] | None:
        for message in sqs.receive_message(QueueUrl=heard, MaxNumberOfMessages=10).get(
            "Messages", []
        ):
            event: dict[str, Any] = json.loads(json.loads(message["Body"])["Message"])
            if (event["detail"]["alarmName"], event["detail"]["state"]["value"]) == (name, "ALARM"):
                return event
        return None

    event = wait_until(told, shop.WITHIN_S, "the alarm on the topic")
    assert event is not None
    assert event["detail"]["state"]["reason"] == "a drill"
