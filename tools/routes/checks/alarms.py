"""Alarms that nobody hears, or that never ring."""

from collections.abc import Iterator
from typing import Any

from routes.access.evaluation import as_list
from routes.checks.base import Code, Context, Finding, finding, number_of, seconds
from routes.checks.metrics import METRICS
from routes.network.movers.alarms import ACTIONS
from routes.reading.assembly import Resource
from routes.reading.tokens import is_known

NOBODY_TOLD = Code(
    "N101",
    "note",
    "An alarm that tells nobody",
    "It turns red on a page that no one looks at.",
    "Give it an action, and leave its actions on; or name it in a composite alarm.",
    house=True,
)
NO_SUCH_METRIC = Code(
    "N102",
    "error",
    "An alarm on a metric that does not exist",
    "There are never any data, so it never rings.",
    "Write namespace, metric and dimensions as the service publishes them.",
)
NO_SUCH_PLACE = Code(
    "N103",
    "warning",
    "An alarm on a resource that no stack defines",
    "There are never any data, so it never rings.",
    "Refer to the resource in the dimension, in place of a name.",
    house=True,
)
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
    "Add an alarm on the queue's ApproximateNumberOfMessagesVisible.",
    house=True,
)

ALWAYS_OR_NEVER = Code(
    "N106",
    "warning",
    "An alarm that always rings, or never",
    "Its threshold is outside what the metric can be.",
    "Set a threshold between those that the message names.",
)

CODES = [NOBODY_TOLD, NO_SUCH_METRIC, NO_SUCH_PLACE, DEAF, UNWATCHED, ALWAYS_OR_NEVER]

_VISIBLE = "ApproximateNumberOfMessagesVisible"
_OF_RULES = {"EventBusName", "EventSourceName", "RuleName"}
_LONGEST = 7 * 86_400
_FOUR_DAYS = 345_600
# A Kinesis stream keeps a record for a year at most.
_YEAR_MS = 366 * 86_400_000


def check(context: Context) -> Iterator[Finding]:
    """Yields the findings about alarms."""
    alarms = list(context.routes.assembly.resources("AWS::CloudWatch::Alarm"))
    composed = " ".join(
        str(each.get("AlarmRule"))
        for each in context.routes.assembly.resources("AWS::CloudWatch::CompositeAlarm")
    )
    watched: set[str] = set()
    for alarm in alarms:
        told = any(alarm.get(key) for key in ACTIONS)
        is_off = str(alarm.get("ActionsEnabled")).lower() == "false"
        if (not told or is_off) and alarm.name not in composed:
            why = "its actions are off" if told else "it has no action"
            yield finding(NOBODY_TOLD, alarm, why)
        yield from _metric(context, alarm)
        if told and not is_off and alarm.get("MetricName") == _VISIBLE:
            watched |= {str(value) for name, value in _dimensions(alarm) if name == "QueueName"}
    yield from _unwatched(context, watched)


def _metric(context: Context, alarm: Resource) -> Iterator[Finding]:
    namespace, metric = alarm.get("Namespace"), alarm.get("MetricName")
    if alarm.get("Metrics"):
        return
    for key in ("Namespace", "MetricName", "Period", "Threshold"):
        if alarm.get(key) in (None, "") and not alarm.get("ThresholdMetricId"):
            yield finding(NO_SUCH_METRIC, alarm, f"{key} is not set")
    if not alarm.get("Statistic") and not alarm.get("ExtendedStatistic"):
        yield finding(NO_SUCH_METRIC, alarm, "it has no Statistic")
    yield from _times(alarm)
    if not isinstance(namespace, str) or not isinstance(metric, str):
        return
    if not is_known([namespace, metric]) or not namespace or not metric:
        return
    if namespace not in METRICS:
        if namespace.split("/")[0] == "AWS" and _near(namespace):
            yield finding(NO_SUCH_METRIC, alarm, f"there is no namespace {namespace}")
        return
    metrics, dimension, kind = METRICS[namespace]
    if metric not in metrics:
        yield finding(NO_SUCH_METRIC, alarm, f"{namespace} has no metric {metric}")
    yield from _place(context, alarm, dimension, kind)
    yield from _always_or_never(context, alarm)
    if namespace == "AWS/SQS" and metric == _VISIBLE:
        yield from _deaf(context, alarm)


def _near(namespace: str) -> bool:
    return any(known in namespace or namespace in known for known in METRICS)


def _times(alarm: Resource) -> Iterator[Finding]:
    """A period is 10, 20, 30 or a multiple of 60 s; all periods together last a week at most."""
    period, periods = number_of(alarm.get("Period")), number_of(alarm.get("EvaluationPeriods"))
    if period is None:
        return
    if period not in (10, 20, 30) and (period < 60 or period % 60):
        told = f"Period is {period:g} s, CloudWatch takes 10, 20, 30 or a multiple of 60"
        yield finding(NO_SUCH_METRIC, alarm, told)
    elif periods is not None and period * periods > _LONGEST:
        told = f"{periods:g} periods of {period:g} s are more than CloudWatch looks back"
        yield finding(NO_SUCH_METRIC, alarm, told)


def _place(context: Context, alarm: Resource, dimension: str, kind: str) -> Iterator[Finding]:
    given = dict(_dimensions(alarm))
    names = set(given)
    missing = [name for name in names if not name or not given[name]]
    if missing or (names and dimension not in names and kind != "AWS::Events::Rule"):
        told = f"the dimensions are {', '.join(map(str, names)) or 'none'}, expected {dimension}"
        yield finding(NO_SUCH_METRIC, alarm, told)
        return
    if not names and kind in ("AWS::SQS::Queue", "AWS::SNS::Topic"):
        yield finding(NO_SUCH_METRIC, alarm, f"it names no {dimension}")
        return
    if kind == "AWS::Events::Rule" and (not names or names - _OF_RULES):
        told = f"the dimensions are {', '.join(map(str, names)) or 'none'}, expected RuleName"
        yield finding(NO_SUCH_METRIC, alarm, told)
        return
    value = given.get(dimension)
    if value is None or not is_known(value):
        return
    stacks = [
        stack
        for stack in context.routes.assembly.stacks
        if (stack.account, stack.region) == (alarm.stack.account, alarm.stack.region)
    ]
    there = [
        each for stack in stacks for each in stack.resources.values() if each.type.startswith(kind)
    ]
    found = next((each for each in there if str(value) in (each.name, each.arn)), None)
    if found is None:
        yield finding(NO_SUCH_PLACE, alarm, f"no stack defines the {dimension} {value}")
        return
    if kind == "AWS::Events::Rule":
        yield from _bus(context, alarm, found, given)
    streams = [
        hop
        for hop in context.routes.hops_to(context.routes.places.at(found.arn))
        if hop.kind == "event source mapping" and hop.source.kind != "queue"
    ]
    if alarm.get("MetricName") == "IteratorAge" and not streams:
        yield finding(NO_SUCH_PLACE, alarm, f"function {value} reads no stream")


def _bus(
    context: Context, alarm: Resource, rule: Resource, given: dict[str, Any]
) -> Iterator[Finding]:
    """The metrics of a rule on a custom bus name the bus as well."""
    bus = context.routes.places.bus(rule.get("EventBusName"), rule.stack)
    named = given.get("EventBusName")
    if bus.name != "default" and named is None:
        yield finding(NO_SUCH_METRIC, alarm, f"the rule is on {bus.label}: EventBusName is not set")
    elif named is not None and is_known(named) and named != bus.name:
        yield finding(NO_SUCH_PLACE, alarm, f"the rule is on {bus.label}, not on {named}")


def _always_or_never(context: Context, alarm: Resource) -> Iterator[Finding]:
    """No metric of a delivery is below 0, and no message is older than its queue keeps it."""
    threshold, metric = number_of(alarm.get("Threshold")), alarm.get("MetricName")
    rises = str(alarm.get("ComparisonOperator")).startswith("Greater")
    if threshold is None or not rises:
        return
    if threshold < 0 or (threshold == 0 and "OrEqual" in str(alarm.get("ComparisonOperator"))):
        told = f"{metric} is always above the threshold {threshold:g}"
        yield finding(ALWAYS_OR_NEVER, alarm, told)
    most = _most(context, alarm)
    if most is not None and threshold >= most:
        told = f"{metric} never reaches {threshold:g}: it is {most:g} at most"
        yield finding(ALWAYS_OR_NEVER, alarm, told)


def _most(context: Context, alarm: Resource) -> float | None:
    if alarm.get("MetricName") == "IteratorAge":
        return _YEAR_MS
    if alarm.get("MetricName") != "ApproximateAgeOfOldestMessage":
        return None
    name = dict(_dimensions(alarm)).get("QueueName")
    for queue in context.routes.assembly.resources("AWS::SQS::Queue"):
        if queue.name == name:
            return seconds(queue, "MessageRetentionPeriod", _FOUR_DAYS)
    return None


def _deaf(context: Context, alarm: Resource) -> Iterator[Finding]:
    """Of a dead-letter queue one message is enough."""
    places = [context.routes.places.at(arn) for arn in context.dead_letter_places]
    names = {place.resource.name for place in places if place.resource}
    if not any(value in names for _, value in _dimensions(alarm)):
        return
    threshold, operator = number_of(alarm.get("Threshold")), alarm.get("ComparisonOperator")
    rings = threshold is not None and (
        (operator == "GreaterThanThreshold" and 0 <= threshold < 1)
        or (operator == "GreaterThanOrEqualToThreshold" and 0 < threshold <= 1)
    )
    if not rings:
        told = f"it rings at {operator} {alarm.get('Threshold')}"
        yield finding(DEAF, alarm, told)


def _unwatched(context: Context, watched: set[str]) -> Iterator[Finding]:
    """Only where a stack declares its domain: elsewhere that is for the app to say."""
    for arn in sorted(context.dead_letter_places):
        queue = context.routes.places.at(arn).resource
        if queue is None or queue.type != "AWS::SQS::Queue" or queue.name in watched:
            continue
        if queue.stack.declared is not None:
            yield finding(UNWATCHED, queue, f"no alarm watches queue {queue.name}")


def _dimensions(alarm: Resource) -> Iterator[tuple[str, Any]]:
    for each in as_list(alarm.get("Dimensions")):
        if isinstance(each, dict):
            yield str(each.get("Name") or ""), each.get("Value")
