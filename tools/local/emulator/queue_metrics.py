"""Queues report their depth and the age of their oldest message to CloudWatch.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html

ministack 1.5.33 has no metrics of queues. Here a queue reports every few seconds, not every
minute, while it holds messages and once when it is empty again. This can go when ministack
reports them.
"""

import threading
import time
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import cloudwatch, sqs

from local.emulator import seams

INTERVAL_S = 2.0
NAMESPACE = "AWS/SQS"
DEPTHS = {
    "ApproximateNumberOfMessagesVisible": "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible": "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed": "ApproximateNumberOfMessagesDelayed",
}


def install() -> None:
    """Starts the thread that reports and has the alarms evaluated."""
    for module, name in ((cloudwatch, "_evaluate_all_alarms"), (sqs, "_refresh_counts")):
        seams.original(module, name)
    threading.Thread(target=_report_forever, name="queue-metrics", daemon=True).start()


def depths() -> dict[str, int]:
    """How many messages each queue of any account holds, by its URL, those in flight and those
    whose delay is not over included.
    """
    found = {}
    for (account, region, url), queue in list(sqs._queues.all_items()):
        with request_scope(account, region), sqs._queues_lock:
            sqs._refresh_counts(queue)
            found[url] = sum(int(queue["attributes"][attribute]) for attribute in DEPTHS.values())
    return found


def _report_forever() -> None:
    reported: set[str] = set()
    while True:
        time.sleep(INTERVAL_S)
        reported = report(reported)


def report(reported_before: set[str]) -> set[str]:
    """Reports the queues that hold messages, and those that did before; returns the former."""
    holding = set()
    for (account, region, url), queue in list(sqs._queues.all_items()):
        if not queue["messages"] and url not in reported_before:
            continue
        with request_scope(account, region):
            _report(queue)
        if queue["messages"]:
            holding.add(url)
    for account, region in {key[:2] for key, _ in list(cloudwatch._alarms.all_items())}:
        with request_scope(account, region):
            cloudwatch._evaluate_all_alarms()
    return holding


def _report(queue: dict[str, Any]) -> None:
    dimensions = {"QueueName": queue["name"]}
    with sqs._queues_lock:
        sqs._refresh_counts(queue)
        sent = [message.get("sent_at", 0.0) for message in queue["messages"]]
    for metric, attribute in DEPTHS.items():
        count = float(queue["attributes"][attribute])
        cloudwatch.record_metric(NAMESPACE, metric, count, "Count", dimensions)
    age = time.time() - min(sent) if sent else 0.0
    cloudwatch.record_metric(NAMESPACE, "ApproximateAgeOfOldestMessage", age, "Seconds", dimensions)
