"""What a topic cannot deliver to a queue goes to the subscription's dead-letter queue."""

import json

import pytest

from local.tests.buses import create_queue
from local.tests.conftest import Aws, eventually, messages


@pytest.mark.parametrize("raw", ["true", "false"])
def test_a_message_for_a_queue_that_is_gone_is_kept_as_it_would_have_been_delivered(
    aws: Aws, raw: str
) -> None:
    sns, sqs = aws("sns"), aws("sqs")
    topic = sns.create_topic(Name="alpha")["TopicArn"]
    subscribed_url, subscribed = create_queue(aws, "subscribed")
    other_url, other = create_queue(aws, "other")
    kept_url, kept = create_queue(aws, "kept")
    redrive = json.dumps({"deadLetterTargetArn": kept})
    attributes = {"RedrivePolicy": redrive, "RawMessageDelivery": raw}
    for endpoint in (subscribed, other):
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=endpoint, Attributes=attributes)
    sqs.delete_queue(QueueUrl=subscribed_url)

    sns.publish(TopicArn=topic, Message="a thing")

    [message] = eventually(lambda: messages(sqs, kept_url))
    body = message["Body"] if raw == "true" else json.loads(message["Body"])["Message"]
    assert body == "a thing"
    assert "does not exist" in message["MessageAttributes"]["ErrorMessage"]["StringValue"]
    assert len(messages(sqs, other_url)) == 1


def test_a_message_that_the_filter_policy_does_not_want_is_not_kept(aws: Aws) -> None:
    sns, sqs = aws("sns"), aws("sqs")
    topic = sns.create_topic(Name="alpha")["TopicArn"]
    subscribed_url, subscribed = create_queue(aws, "subscribed")
    kept_url, kept = create_queue(aws, "kept")
    sns.subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=subscribed,
        Attributes={
            "RedrivePolicy": json.dumps({"deadLetterTargetArn": kept}),
            "FilterPolicyScope": "MessageBody",
            "FilterPolicy": json.dumps({"location": [{"prefix": "eu-"}]}),
        },
    )
    sqs.delete_queue(QueueUrl=subscribed_url)
    sns.publish(TopicArn=topic, Message='{"location": "us-east"}')
    sns.publish(TopicArn=topic, Message='{"location": "eu-west"}')
    bodies = [json.loads(m["Body"])["Message"] for m in eventually(lambda: messages(sqs, kept_url))]
    assert bodies == ['{"location": "eu-west"}']
