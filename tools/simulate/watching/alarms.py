"""Alarms as the templates have them: what each is of, when it rings, whether it is heard."""

import operator
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from routes.checks.alarms import dimensions
from routes.network.model import Hop
from routes.reading.assembly import Resource
from simulate.errors import NotSimulated
from simulate.watching.metrics import COMPUTED, LEFT_OUT, OF, STATISTICS, Samples, printed

if TYPE_CHECKING:
    from simulate.wiring import Wiring

COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}


@dataclass(frozen=True, eq=False)
class Alarm:
    """An alarm on the metric of one place, by ARN. It rings where `needed` of its last `periods`,
    of `period` seconds each, are past the threshold.
    """

    name: str
    of: str
    samples: Samples
    statistic: Callable[[list[float]], float]
    period: float
    periods: int
    needed: int
    is_past: Callable[[float, float], bool]
    threshold: float
    silence_is_bad: bool


class Alarms:
    """The alarms of an app that somebody hears, by the ARN of what their metric is of."""

    def __init__(self, wiring: "Wiring") -> None:
        self.of: dict[str, list[Alarm]] = defaultdict(list)
        self.left_out: dict[tuple[str, str], list[str]] = defaultdict(list)
        """The names of those whose metric is not computed, by namespace and metric."""
        self._wiring = wiring
        self._read = {hop.source.arn for hop in wiring.hops if hop.kind == "event source mapping"}
        heard = {
            hop.resource.address
            for hop in wiring.routes.hops
            if hop.kind == "alarm" and hop.enabled and not wiring.delivers(hop, None)
        }
        for resource in wiring.routes.assembly.resources("AWS::CloudWatch::Alarm"):
            for alarm in self._alarms(resource):
                if resource.address in heard:
                    self.of[alarm.of].append(alarm)

    @property
    def count(self) -> int:
        """How many alarms there are, of those that are looked at."""
        return len({id(alarm) for alarms in self.of.values() for alarm in alarms})

    def _alarms(self, resource: Resource) -> Iterator[Alarm]:
        """The alarm, for each place that its metric is of; none if that is no place of the app."""
        namespace, metric = str(resource.get("Namespace")), str(resource.get("MetricName"))
        named = frozenset((name, str(value)) for name, value in dimensions(resource))
        samples = COMPUTED.get((namespace, metric))
        if not namespace.startswith("AWS/") and not resource.get("Metrics"):
            samples = printed((namespace, metric, named))
        arns = list(self._arns(resource, namespace, dict(named)))
        if metric == _DEPTH and any(arn in self._read for arn in arns):
            samples = None
        if samples is None:
            self.left_out[namespace, metric].append(resource.logical_id)
            return
        for arn in arns:
            yield _made(resource, arn, samples)

    def _arns(self, resource: Resource, namespace: str, named: dict[str, str]) -> Iterator[str]:
        """What a metric is of. One that functions print is of those whose environment has the
        value of one of its dimensions; a rule's is of the rule.
        """
        home = (resource.stack.account, resource.stack.region)
        if namespace == "AWS/Events":
            rules = (hop for hop in self._wiring.hops if hop.kind in ("rule", "schedule"))
            yield from {
                hop.resource.arn: None
                for hop in rules
                if (hop.resource.stack.account, hop.resource.stack.region) == home
                and _dimensions_of(hop) == named
            }
            return
        dimension, kind = OF.get(namespace, ("", ""))
        for place in self._wiring.routes.places:
            resource_of = place.resource
            if resource_of is None or (place.account, place.region) != home:
                continue
            if place.kind == kind and {dimension: resource_of.name} == named:
                yield place.arn
            if not kind and place.kind == "function":
                variables = resource_of.get("Environment", "Variables") or {}
                if any(value in map(str, variables.values()) for value in named.values()):
                    yield place.arn


def _dimensions_of(rule: Hop) -> dict[str, str]:
    """What the metrics of a rule name: of one of the default bus, as a schedule is, the rule alone.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
    """
    is_of_default = rule.kind == "schedule" or rule.source.name == "default"
    bus = {} if is_of_default else {"EventBusName": rule.source.name}
    return {"RuleName": rule.resource.name} | bus


_DEPTH = "ApproximateNumberOfMessagesVisible"
"""Where a function reads the queue, messages are seen and hidden within seconds."""


def _made(resource: Resource, arn: str, samples: Samples) -> Alarm:
    statistic, comparison = str(resource.get("Statistic")), str(resource.get("ComparisonOperator"))
    if statistic not in STATISTICS or comparison not in COMPARISONS:
        raise NotSimulated(f"{resource.address}: {statistic} {comparison} is not simulated")
    periods = int(resource.get("EvaluationPeriods"))
    return Alarm(
        resource.logical_id,
        arn,
        samples,
        STATISTICS[statistic],
        float(resource.get("Period")),
        periods,
        int(resource.get("DatapointsToAlarm") or periods),
        COMPARISONS[comparison],
        float(resource.get("Threshold")),
        resource.get("TreatMissingData") == "breaching",
    )


def why_left_out(namespace: str, metric: str) -> str:
    """Why alarms on a metric are not looked at."""
    if metric == _DEPTH:
        return "a function reads the queue: messages are seen and hidden within seconds"
    return LEFT_OUT.get((namespace, metric), "its metric is not computed")
