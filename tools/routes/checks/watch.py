"""Whether an alarm rings for what is in a dead-letter queue."""

from collections.abc import Iterator

from routes.checks.alarms import AGE, dimensions, tells
from routes.checks.base import Code, Context, Finding, finding, number_of, readers
from routes.reading.assembly import Resource

DEAF = Code(
    "N104",
    "warning",
    "A dead-letter alarm that does not ring at the first message",
    "A message that nobody looks at expires.",
    "Ring where the maximum of the visible messages is above 0.",
    house=True,
)
UNWATCHED = Code(
    "N105",
    "note",
    "A dead-letter queue that no alarm watches",
    "What fails is kept, and nobody is told.",
    "Add an alarm on the queue's ApproximateNumberOfMessagesVisible. Where a function consumes the "
    "queue, one on its ApproximateAgeOfOldestMessage will do, which leaves out what was received "
    "three times: let the function tell how old what fails is, in a metric with an alarm.",
    house=True,
)

CODES = [DEAF, UNWATCHED]

_VISIBLE = "ApproximateNumberOfMessagesVisible"


def check(context: Context) -> Iterator[Finding]:
    """Yields the findings about alarms on dead-letter queues."""
    watched: dict[str, set[str]] = {}
    for alarm in context.routes.assembly.resources("AWS::CloudWatch::Alarm"):
        if alarm.get("MetricName") == _VISIBLE:
            yield from _deaf(context, alarm)
        if tells(alarm):
            names = {str(value) for name, value in dimensions(alarm) if name == "QueueName"}
            watched.setdefault(str(alarm.get("MetricName")), set()).update(names)
    yield from _unwatched(context, watched)


def _deaf(context: Context, alarm: Resource) -> Iterator[Finding]:
    """Of a dead-letter queue that nothing consumes one message is enough."""
    places = {context.routes.places.at(arn) for arn in context.dead_letter_places}
    places = {place for place in places if next(readers(context, place), None) is None}
    names = {place.resource.name for place in places if place.resource}
    if not any(value in names for _, value in dimensions(alarm)):
        return
    threshold, operator = number_of(alarm.get("Threshold")), alarm.get("ComparisonOperator")
    rings = threshold is not None and (
        (operator == "GreaterThanThreshold" and 0 <= threshold < 1)
        or (operator == "GreaterThanOrEqualToThreshold" and 0 < threshold <= 1)
    )
    if not rings:
        told = f"it rings at {operator} {alarm.get('Threshold')}"
        yield finding(DEAF, alarm, told)


def _unwatched(context: Context, watched: dict[str, set[str]]) -> Iterator[Finding]:
    """Only where a stack declares its domain: elsewhere that is for the app to say.

    In a queue that a function consumes there is always something; what counts is how long. What
    fails there and was received three times has no age, but becomes a dead letter in its turn.
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
    """
    for arn in sorted(context.dead_letter_places):
        place = context.routes.places.at(arn)
        queue = place.resource
        if queue is None or queue.type != "AWS::SQS::Queue" or queue.stack.declared is None:
            continue
        consumed = next(readers(context, place), None) is not None
        metrics = (_VISIBLE, AGE) if consumed else (_VISIBLE,)
        if not any(queue.name in watched.get(metric, ()) for metric in metrics):
            yield finding(UNWATCHED, queue, f"no alarm watches queue {queue.name}")
