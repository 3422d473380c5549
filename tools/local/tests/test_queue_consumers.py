"""Functions that read queues lose nothing, whatever becomes of them."""

import json
import os
import signal
from typing import Any

from local import control
from local.instances import Emulator
from local.tests.buses import create_queue
from local.tests.conftest import Aws, Deploy, eventually, messages
from local.tests.functions import create_function, map_source, printed

SLOW = """
    import time
    def handle(event, context):
        print("began", flush=True)
        time.sleep(2)
        print("done with", event["Records"][0]["body"])
"""


def depth(aws: Aws, url: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    answer = aws("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)
    return sum(map(int, answer["Attributes"].values()))


def test_a_handler_that_raises_gets_the_message_again_and_then_it_is_a_dead_letter(
    aws: Aws,
) -> None:
    dead_url, dead = create_queue(aws, "dead")
    redrive = json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": "2"})
    url, arn = create_queue(aws, "source", VisibilityTimeout="1", RedrivePolicy=redrive)
    source = """
        def handle(event, context):
            print("tried")
            raise ValueError("never")
    """
    create_function(aws, "raises", source)
    map_source(aws, "raises", arn)
    aws("sqs").send_message(QueueUrl=url, MessageBody="a thing")
    [message] = eventually(lambda: messages(aws("sqs"), dead_url), timeout=15)
    assert message["Body"] == "a thing"
    assert printed(aws, "raises").count("tried") == 2


def test_a_message_whose_worker_is_killed_is_processed_after_its_visibility_timeout(
    aws: Aws, emulator: Emulator
) -> None:
    url, arn = create_queue(aws, "source", VisibilityTimeout="4")
    create_function(aws, "slow", SLOW, Timeout=10)
    map_source(aws, "slow", arn)
    aws("sqs").send_message(QueueUrl=url, MessageBody="a thing")
    [worker] = eventually(lambda: control.instances(emulator))
    os.kill(worker["pid"], signal.SIGKILL)
    eventually(lambda: "done with a thing" in printed(aws, "slow"), timeout=20)
    eventually(lambda: depth(aws, url) == 0)


def test_messages_wait_while_their_mapping_is_off(aws: Aws) -> None:
    url, arn = create_queue(aws, "source")
    create_function(aws, "reader", "def handle(event, context): print(len(event['Records']))")
    mapping = map_source(aws, "reader", arn, Enabled=False)
    for number in range(5):
        aws("sqs").send_message(QueueUrl=url, MessageBody=str(number))
    assert depth(aws, url) == 5
    aws("lambda").update_event_source_mapping(UUID=mapping, Enabled=True)
    eventually(lambda: depth(aws, url) == 0)
    assert sum(map(int, printed(aws, "reader"))) == 5


def test_a_message_of_a_delay_queue_reaches_its_reader_when_its_delay_is_over(
    aws: Aws, deploy_template: Deploy
) -> None:
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "later", "DelaySeconds": 2}}
    deploy_template({"Queue": queue})
    url = aws("sqs").get_queue_url(QueueName="later")["QueueUrl"]
    answer = aws("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    source = """
        import time
        def handle(event, context):
            sent = int(event["Records"][0]["attributes"]["SentTimestamp"]) / 1000
            print(time.time() - sent)
    """
    create_function(aws, "reader", source)
    map_source(aws, "reader", answer["Attributes"]["QueueArn"])
    aws("sqs").send_message(QueueUrl=url, MessageBody="a thing")
    [waited] = eventually(lambda: printed(aws, "reader"), timeout=15)
    assert float(waited) >= 2


def test_only_messages_reported_as_failed_come_again(aws: Aws) -> None:
    url, arn = create_queue(aws, "source", VisibilityTimeout="1")
    source = """
        def handle(event, context):
            failures = []
            for record in event["Records"]:
                seen = record["attributes"]["ApproximateReceiveCount"]
                print(record["body"], seen)
                if record["body"] == "bad" and seen == "1":
                    failures.append({"itemIdentifier": record["messageId"]})
            return {"batchItemFailures": failures}
    """
    create_function(aws, "reader", source)
    map_source(aws, "reader", arn, FunctionResponseTypes=["ReportBatchItemFailures"])
    entries = [{"Id": body, "MessageBody": body} for body in ("good", "bad", "fine")]
    aws("sqs").send_message_batch(QueueUrl=url, Entries=entries)
    eventually(lambda: depth(aws, url) == 0, timeout=15)
    assert sorted(printed(aws, "reader")) == ["bad 1", "bad 2", "fine 1", "good 1"]


def fifo_message(group: str, number: int) -> dict[str, Any]:
    return {
        "Id": f"{group}{number}",
        "MessageBody": f"{group}{number}",
        "MessageGroupId": group,
        "MessageDeduplicationId": f"{group}{number}",
    }


def test_groups_of_a_fifo_queue_run_beside_each_other_and_each_in_order(aws: Aws) -> None:
    url, arn = create_queue(aws, "source.fifo", FifoQueue="true")
    source = """
        import time
        def handle(event, context):
            began = time.time()
            time.sleep(1.5)
            print(began, time.time(), *(r["body"] for r in event["Records"]))
    """
    create_function(aws, "reader", source, Timeout=10)
    mapping = map_source(aws, "reader", arn, BatchSize=1, Enabled=False)
    for group in "ab":
        entries = [fifo_message(group, number) for number in range(2)]
        aws("sqs").send_message_batch(QueueUrl=url, Entries=entries)
    aws("lambda").update_event_source_mapping(UUID=mapping, Enabled=True)
    eventually(lambda: depth(aws, url) == 0, timeout=20)
    runs = {}
    for line in printed(aws, "reader"):
        began, ended, body = line.split()
        runs[body] = (float(began), float(ended))
    assert runs["a0"][0] < runs["b0"][1], "the groups were to overlap"
    assert runs["b0"][0] < runs["a0"][1], "the groups were to overlap"
    assert all(runs[f"{group}0"][1] <= runs[f"{group}1"][0] for group in "ab")


def test_a_batch_of_a_fifo_queue_is_of_one_group(aws: Aws) -> None:
    url, _ = create_queue(aws, "source.fifo", FifoQueue="true")
    entries = [fifo_message(group, number) for number in range(3) for group in "ab"]
    aws("sqs").send_message_batch(QueueUrl=url, Entries=entries)
    batches = [
        [message["Body"] for message in received.get("Messages", [])]
        for _ in range(3)
        if (received := aws("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10))
    ]
    assert batches == [["a0", "a1", "a2"], ["b0", "b1", "b2"], []]


def test_nothing_is_lost_while_messages_are_sent_received_and_deleted_at_once(aws: Aws) -> None:
    _, dead = create_queue(aws, "dead")
    redrive = json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": "5"})
    url, arn = create_queue(aws, "source", RedrivePolicy=redrive)
    create_function(aws, "reader", "def handle(event, context): print(len(event['Records']))")
    map_source(aws, "reader", arn)
    for batch in range(60):
        entries = [{"Id": str(n), "MessageBody": f"{batch}-{n}"} for n in range(10)]
        aws("sqs").send_message_batch(QueueUrl=url, Entries=entries)
    eventually(lambda: depth(aws, url) == 0, timeout=60)
    eventually(lambda: sum(map(int, printed(aws, "reader"))) >= 600)
    assert sum(map(int, printed(aws, "reader"))) == 600
