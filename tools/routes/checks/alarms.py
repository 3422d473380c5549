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

ALWAYS_OR_NEVER = Code(
    "N106",
    "warning",
    "An alarm that always rings, or never",
    "Its threshold is outside what the metric can be.",
    "Set a threshold between those that the message names.",
)

CODES = [NOBODY_TOLD, NO_SUCH_METRIC, NO_SUCH_PLACE, ALWAYS_OR_NEVER]

AGE = "ApproximateAgeOfOldestMessage"
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
    for alarm in alarms:
        told = any(alarm.get(key) for key in ACTIONS)
        if not tells(alarm) and alarm.name not in composed:
            why = "its actions are off" if told else "it has no action"
            yield finding(NOBODY_TOLD, alarm, why)
        yield from _metric(context, alarm)


def tells(alarm: Resource) -> bool:
    """Whether somebody is told when an alarm rings."""
    is_off = str(alarm.get("ActionsEnabled")).lower() == "false"
    return not is_off and any(alarm.get(key) for key in ACTIONS)


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
    given = dict(dimensions(alarm))
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
    """The metrics of a rule on a custom bus name the bus as well, those of the default bus do not.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
    """
    bus = context.routes.places.bus(rule.get("EventBusName"), rule.stack)
    named = given.get("EventBusName")
    if bus.name == "default" and named is not None:
        told = "the rule is on the default bus: its metrics have no EventBusName"
        yield finding(NO_SUCH_METRIC, alarm, told)
    elif bus.name != "default" and named is None:
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
    if alarm.get("MetricName") != AGE:
        return None
    name = dict(dimensions(alarm)).get("QueueName")
    for queue in context.routes.assembly.resources("AWS::SQS::Queue"):
        if queue.name == name:
            return seconds(queue, "MessageRetentionPeriod", _FOUR_DAYS)
    return None


def dimensions(alarm: Resource) -> Iterator[tuple[str, Any]]:
    """Yields the name and the value of each dimension of an alarm."""
    for each in as_list(alarm.get("Dimensions")):
        if isinstance(each, dict):
            yield str(each.get("Name") or ""), each.get("Value")
