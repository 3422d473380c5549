"""The metrics that are computed, from what a history recorded; and those that are not, with why.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html
"""

import math
from bisect import bisect_right
from collections.abc import Callable, Iterator

from simulate.watching.records import REDRIVEN, SENT_TO_DLQ, Metric, Records

Samples = Callable[[Records, str, float, float], list[float]]
"""The values of a metric of something, by ARN, from after a time up to another."""

MINUTE_S = 60.0

STATISTICS: dict[str, Callable[[list[float]], float]] = {
    "Maximum": max,
    "Minimum": min,
    "Sum": sum,
}

OF = {
    "AWS/Lambda": ("FunctionName", "function"),
    "AWS/SNS": ("TopicName", "topic"),
    "AWS/SQS": ("QueueName", "queue"),
}
"""The dimension of a namespace that names a resource, and the kind of place that this is."""

_THROUGHPUT = "limits of throughput are not simulated"
_FIREHOSE = "Firehose keeps what it is given, and writes no files"
_ASKS = "whoever asks sees it"
_CALLS = "whoever calls sees it: what is not done for that waits, which other alarms tell of"
_LOST = "what is lost so, a promise of the business misses"

LEFT_OUT = {
    ("AWS/ApiGateway", "5xx"): _ASKS,
    ("AWS/ApiGateway", "Latency"): _ASKS,
    ("AWS/DynamoDB", "ReadThrottleEvents"): _THROUGHPUT,
    ("AWS/DynamoDB", "SystemErrors"): _CALLS,
    ("AWS/DynamoDB", "WriteThrottleEvents"): _THROUGHPUT,
    ("AWS/Events", "InvocationsFailedToBeSentToDlq"): _LOST,
    ("AWS/Firehose", "DeliveryToS3.DataFreshness"): _FIREHOSE,
    ("AWS/Kinesis", "WriteProvisionedThroughputExceeded"): _THROUGHPUT,
    ("AWS/Lambda", "DestinationDeliveryFailures"): _LOST,
    ("AWS/Logs", "IncomingLogEvents"): _FIREHOSE,
    ("AWS/SNS", "NumberOfNotificationsFailedToRedriveToDlq"): _LOST,
}
"""Metrics that need not be computed, by namespace and name, and why."""


def _minutes(since: float, until: float) -> Iterator[float]:
    while since < until:
        since += MINUTE_S
        yield since


def _ages(records: Records, queue: str, since: float, until: float) -> list[float]:
    """The age of the oldest message, at the end of each minute in which there is one.

    One that was received three times is no more in it.
    """
    found = []
    for now in _minutes(since, until):
        ages = [
            now - stay.since
            for stay in records.stays[queue]
            if stay.since <= now < stay.until and (stay.tried is None or now < stay.tried)
        ]
        found += [max(ages)] if ages else []
    return found


def _depths(records: Records, queue: str, since: float, until: float) -> list[float]:
    """How many messages there are, in a queue that nobody reads."""
    return [
        float(sum(stay.since <= now < stay.until for stay in records.stays[queue]))
        for now in _minutes(since, until)
    ]


def _counted(metric: str) -> Samples:
    def samples(records: Records, of: str, since: float, until: float) -> list[float]:
        values = records.counted.get((of, metric), [])
        first, end = (bisect_right(values, (at, math.inf)) for at in (since, until))
        return [value for _, value in values[first:end]]

    return samples


COMPUTED: dict[tuple[str, str], Samples] = {
    ("AWS/SQS", "ApproximateAgeOfOldestMessage"): _ages,
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible"): _depths,
    ("AWS/Lambda", "Errors"): _counted("Errors"),
    ("AWS/Lambda", "Throttles"): _counted("Throttles"),
    ("AWS/Lambda", "IteratorAge"): _counted("IteratorAge"),
    ("AWS/Events", SENT_TO_DLQ): _counted(SENT_TO_DLQ),
    ("AWS/SNS", REDRIVEN): _counted(REDRIVEN),
}


def printed(metric: Metric) -> Samples:
    """The values of a metric that functions print. A run of a schedule that was left out would
    have printed what the last one did.
    """

    def samples(records: Records, function: str, since: float, until: float) -> list[float]:
        values = records.printed.get((function, metric), [])
        first, end = (bisect_right(values, (at, [math.inf])) for at in (since, until))
        if first < end:
            return [value for _, several in values[first:end] for value in several]
        if end and any(a <= until and since <= b for a, b in records.idle[function]):
            return values[end - 1][1]
        return []

    return samples
