"""StartMessageMoveTask redrives a dead-letter queue as SQS does."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.tests.buses import create_queue
from local.tests.conftest import Aws, eventually, messages


class DeadLetters:
    """A queue whose messages are dead letters after one receive, and its dead-letter queue."""

    def __init__(self, aws: Aws, *bodies: str) -> None:
        self.sqs = aws("sqs")
        self.dead_url, self.dead = create_queue(aws, "dead")
        redrive = json.dumps({"deadLetterTargetArn": self.dead, "maxReceiveCount": "1"})
        self.source_url, self.source = create_queue(aws, "source", RedrivePolicy=redrive)
        for body in bodies:
            self.sqs.send_message(QueueUrl=self.source_url, MessageBody=body)
        messages(self.sqs, self.source_url)
        eventually(self._all_dead(len(bodies)))

    def _all_dead(self, count: int) -> Any:
        def dead() -> bool:
            messages(self.sqs, self.source_url)
            return self.count(self.dead_url) == count

        return dead

    def count(self, url: str) -> int:
        name = "ApproximateNumberOfMessages"
        answer = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])
        return int(answer["Attributes"][name])

    def task(self) -> dict[str, Any]:
        [task] = self.sqs.list_message_move_tasks(SourceArn=self.dead)["Results"]
        found: dict[str, Any] = task
        return found

    def ended(self) -> dict[str, Any]:
        eventually(lambda: self.task()["Status"] not in ("RUNNING", "CANCELLING"))
        return self.task()


def test_messages_go_back_to_the_queue_they_came_from_as_new(aws: Aws) -> None:
    queues = DeadLetters(aws, "a", "b")
    queues.sqs.start_message_move_task(SourceArn=queues.dead)
    task = queues.ended()
    assert (task["Status"], task["ApproximateNumberOfMessagesMoved"]) == ("COMPLETED", 2)
    assert queues.count(queues.dead_url) == 0
    [first, second] = messages(queues.sqs, queues.source_url)
    assert {first["Body"], second["Body"]} == {"a", "b"}
    assert first["Attributes"]["ApproximateReceiveCount"] == "1"


def test_messages_go_to_the_destination_that_is_given(aws: Aws) -> None:
    queues = DeadLetters(aws, "a")
    other_url, other = create_queue(aws, "other")
    queues.sqs.start_message_move_task(SourceArn=queues.dead, DestinationArn=other)
    assert queues.ended()["DestinationArn"] == other
    assert queues.count(other_url) == 1
    assert queues.count(queues.source_url) == 0


def test_a_message_of_unknown_origin_fails_the_task_and_stays(aws: Aws) -> None:
    queues = DeadLetters(aws)
    queues.sqs.send_message(QueueUrl=queues.dead_url, MessageBody="sent here by hand")
    queues.sqs.start_message_move_task(SourceArn=queues.dead)
    task = queues.ended()
    assert task["Status"] == "FAILED"
    assert task["FailureReason"] == "CouldNotDetermineMessageSource"
    assert queues.count(queues.dead_url) == 1


def test_a_queue_that_is_no_dead_letter_queue_is_refused(aws: Aws) -> None:
    queues = DeadLetters(aws)
    with pytest.raises(ClientError, match="must be configured as a Dead Letter Queue"):
        queues.sqs.start_message_move_task(SourceArn=queues.source)


def test_one_task_runs_at_a_time_and_is_cancelled(aws: Aws) -> None:
    queues = DeadLetters(aws, *"abcdefgh")
    start = {"SourceArn": queues.dead, "MaxNumberOfMessagesPerSecond": 1}
    handle = queues.sqs.start_message_move_task(**start)["TaskHandle"]
    with pytest.raises(ClientError, match="already a task running"):
        queues.sqs.start_message_move_task(**start)
    queues.sqs.cancel_message_move_task(TaskHandle=handle)
    assert queues.ended()["Status"] == "CANCELLED"
    assert queues.count(queues.dead_url) > 0
    with pytest.raises(ClientError, match="does not exist"):
        queues.sqs.cancel_message_move_task(TaskHandle=handle)
