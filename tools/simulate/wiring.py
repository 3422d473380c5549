"""What the templates say of an app, read through `routes`: places, hops, functions, permissions.

What cannot be simulated is an error that names it. `LEFT_OUT` is what carries no event on.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from routes.access.evaluation import Effect, Request
from routes.access.keys import Keys
from routes.filters.matching import Field, Fields, any_matches
from routes.filters.model import Filter
from routes.journeys.graph import Routes
from routes.network.model import Hop, Place
from routes.reading.assembly import Resource
from simulate.errors import NotSimulated
from simulate.watching.alarms import Alarms

LEFT_OUT = {"alarm": "whether it rings is found out at the end"}
"""Kinds of hops that are not simulated, and why that is no loss."""

CARRIED: dict[str, tuple[str, ...]] = {
    "archive": ("archive",),
    "delivery": ("bucket",),
    "event source mapping": ("function",),
    "route": ("function",),
    "rule": ("bus", "delivery stream", "log group", "queue", "stream", "topic"),
    "schedule": ("queue",),
    "subscription": ("queue",),
}
"""The kinds of hops that are simulated, and the kinds of their targets."""

READ = ("queue", "stream", "table")
_REFUSED_SETTINGS = {
    "rule": ("Input", "InputPath", "InputTransformer", "SqsParameters"),
    "schedule": ("InputPath", "InputTransformer", "SqsParameters", "ScheduleExpressionTimezone"),
    "event source mapping": ("TumblingWindowInSeconds", "ProvisionedPollerConfig"),
}
"""Settings that change what is delivered, and are not simulated."""

_RATE = re.compile(r"^rate\((\d+) (minute|hour|day)s?\)$")
_SECONDS = {"minute": 60, "hour": 3600, "day": 86_400}
_KEY = re.compile(r"\{(\w+)\+?\}")


@dataclass(frozen=True)
class Function:
    """A function as its template has it. `asset` is the folder of its code."""

    arn: str
    name: str
    handler: str
    asset: Path
    environment: Mapping[str, str]
    role: str
    timeout: float
    region: str
    account: str
    stack: str


@dataclass(frozen=True)
class Route:
    """A route of an HTTP API: a method, and a pattern of its path with the names of its parts."""

    method: str
    path: re.Pattern[str]
    hop: Hop


class Wiring:
    """An app's templates, ready to be simulated."""

    def __init__(self, assembly: Path) -> None:
        self.routes = Routes.of(assembly)
        self._assembly = assembly.resolve()
        self._keys = Keys(self.routes.access, self.routes.places)
        self._delivers: dict[tuple[Hop, Any, Any], str] = {}
        self._may: dict[tuple[str, ...], bool] = {}
        self._passed: dict[tuple[Any, ...], bool] = {}
        self._readers: dict[str, list[str]] = {}
        self._asked: dict[Filter, tuple[str, ...]] = {}
        self.hops = [hop for hop in self.routes.hops if hop.kind not in LEFT_OUT]
        for hop in self.hops:
            self._must_be_simulated(hop)

    def _must_be_simulated(self, hop: Hop) -> None:
        targets = CARRIED.get(hop.kind)
        if targets is None or hop.target.kind not in targets:
            raise NotSimulated(f"{hop.label}: a {hop.kind} to a {hop.target.kind} is not simulated")
        if hop.kind == "event source mapping" and hop.source.kind not in READ:
            raise NotSimulated(f"{hop.label}: a mapping of a {hop.source.kind} is not simulated")
        for setting in _REFUSED_SETTINGS.get(hop.kind, ()):
            if hop.settings.get(setting):
                raise NotSimulated(f"{hop.label}: {setting} is not simulated")
        if hop.target.resource is None and hop.target.kind not in ("log group", "archive"):
            raise NotSimulated(f"{hop.label}: {hop.target.label} is not in the assembly")
        if hop.kind == "schedule":
            self.period(hop)
        if hop.kind == "event source mapping" and hop.source.kind == "queue":
            self._must_outlast(hop)

    def _must_outlast(self, mapping: Hop) -> None:
        """Lambda refuses a mapping of a queue that shows its messages before the function ends.

        https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
        """
        queue, function = mapping.source.resource, self.functions[mapping.target.arn]
        visibility = float((queue and queue.get("VisibilityTimeout")) or 30)
        if visibility < function.timeout:
            raise NotSimulated(
                f"{mapping.source.label}: visibility of {visibility:g} s is less than the "
                f"{function.timeout:g} s that {function.name} may take: Lambda refuses the mapping"
            )

    @cached_property
    def functions(self) -> dict[str, Function]:
        """The functions by ARN, of those that a hop brings something to."""
        reached = {hop.target.arn: hop.target for hop in self.hops if hop.target.kind == "function"}
        return {arn: self._function(place) for arn, place in reached.items()}

    def _function(self, place: Place) -> Function:
        resource = place.resource
        if resource is None:
            raise NotSimulated(f"{place.label} is not in the assembly")
        runtime = str(resource.get("Runtime"))
        if not runtime.startswith("python"):
            raise NotSimulated(f"{place.label}: runtime {runtime} is not simulated")
        return Function(
            place.arn,
            place.name,
            str(resource.get("Handler")),
            self._assembly / f"asset.{str(resource.get('Code', 'S3Key')).removesuffix('.zip')}",
            {
                name: str(value)
                for name, value in (resource.get("Environment", "Variables") or {}).items()
            },
            str(resource.get("Role")),
            float(resource.get("Timeout") or 3),
            place.region,
            place.account,
            resource.stack.name,
        )

    def places(self, kind: str) -> list[Place]:
        """The places of a kind that the assembly defines, in the order of its templates."""
        return [place for place in self.routes.places if place.kind == kind and place.resource]

    def of(self, kind: str) -> list[Hop]:
        """The hops of a kind, in the order of the templates."""
        return [hop for hop in self.hops if hop.kind == kind and hop.enabled]

    @cached_property
    def api(self) -> list[Route]:
        """The routes of all HTTP APIs."""
        found = []
        for hop in self.of("route"):
            method, _, path = str(hop.settings.get("RouteKey")).partition(" ")
            if not path:
                raise NotSimulated(f"{hop.label}: a route without a path is not simulated")
            found.append(Route(method, re.compile(_KEY.sub(r"(?P<\1>[^/]+)", path) + "$"), hop))
        return found

    @cached_property
    def alarms(self) -> Alarms:
        """The alarms that somebody hears."""
        return Alarms(self)

    def readers(self, place: Place) -> list[str]:
        """The functions that read a place, by ARN: over a mapping, or a table as a whole."""
        if place.arn not in self._readers:
            self._readers[place.arn] = [
                function.arn
                for function in self.functions.values()
                if any(
                    hop.source is place and hop.target.arn == function.arn
                    for hop in self.of("event source mapping")
                )
                or (
                    place.kind == "table"
                    and self.may_call(function.role, "dynamodb:Scan", place.arn)
                )
            ]
        return self._readers[place.arn]

    def receives(self) -> dict[str, tuple[str, str]]:
        """Per detail-type that somebody outside puts on a bus: the bus, and the source."""
        return {
            detail_type: (bus, source)
            for stack in self.routes.assembly.stacks
            if stack.declared
            for bus, types in sorted(stack.declared.receives.items())
            for source, detail_type in sorted(types)
        }

    @staticmethod
    def period(schedule: Hop) -> float:
        """Seconds between two runs of a schedule."""
        expression = str(schedule.resource.get("ScheduleExpression"))
        found = _RATE.match(expression)
        if not found:
            raise NotSimulated(f"{schedule.label}: {expression} is not simulated")
        return int(found[1]) * float(_SECONDS[found[2]])

    def delivers(self, hop: Hop, event: dict[str, Any] | None) -> str:
        """Why policies do not let a hop carry an event; empty where they do."""
        known = (hop, event.get("source"), event.get("detail-type")) if event else (hop, None, None)
        if known not in self._delivers:
            denied = self.routes.permissions.of_hop(hop, event).denied
            self._delivers[known] = f"no permission for {hop.label}" if denied else ""
        return self._delivers[known]

    def passes(self, each: Filter, fields: Fields) -> bool:
        """Whether a filter lets through what has these fields. What it asks of them is looked up
        where the same was asked before.
        """
        if each not in self._asked:
            paths = (path for alternative in each.alternatives for path in alternative)
            self._asked[each] = tuple(dict.fromkeys(paths))
        asked = [
            (one.value, type(one.value), *one.membership.items())
            for path in self._asked[each]
            for one in (*fields.get(path, ()), _END)
        ]
        known = (each, *asked)
        if known not in self._passed:
            self._passed[known] = any_matches(each.alternatives, fields)
        return self._passed[known]

    def keeps(self, hop: Hop) -> bool:
        """Whether policies let the sender of a hop write to its dead-letter place."""
        known = ("dead", hop.resource.address, hop.target.arn)
        if known not in self._may:
            self._may[known] = not self.routes.permissions.of_dead_letter(hop).denied
        return self._may[known]

    def may_call(self, role: str, action: str, arn: str) -> bool:
        """Whether a role's own policies let it do this."""
        known = (role, action, arn)
        if known not in self._may:
            verdict = self._keys.role_allows(Request(action, arn, None, role))
            self._may[known] = verdict.effect in (Effect.ALLOWED, Effect.UNKNOWN)
        return self._may[known]

    def may_send(self, role: str, place: Place, event: dict[str, Any] | None = None) -> bool:
        """Whether a role may send to a place, by its own policies and the place's."""
        kind = (str(event.get("source")), str(event.get("detail-type"))) if event else ()
        known = (role, "send", place.arn, *kind)
        if known not in self._may:
            decision = self.routes.permissions.may_send(role, place, event)
            self._may[known] = not decision.denied
        return self._may[known]

    def output(self, domain: str, name: str) -> str:
        """An output of the stack that says it is a domain's. KeyError if there is none."""
        for stack in self.routes.assembly.stacks:
            if stack.declared and stack.declared.domain == domain:
                return str(stack.scope.resolve(stack.template["Outputs"][name]["Value"]))
        raise KeyError(domain)

    def domain_of(self, resource: Resource | None) -> str:
        """The domain whose stack has a resource, as the stack says it; else the stack's name."""
        if resource is None:
            return ""
        declared = resource.stack.declared
        return str(declared.domain if declared else resource.stack.name)


_END = Field(None, {})
"""What ends the fields of one path."""


def retries_of(rule: Hop) -> tuple[int, float]:
    """How often, and for how many seconds at most, a rule tries again.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
    """
    given = rule.settings.get("RetryPolicy") or {}
    return (
        int(given.get("MaximumRetryAttempts", 185)),
        float(given.get("MaximumEventAgeInSeconds", 86_400)),
    )


def setting(text: Any) -> Any:
    """A setting that may be JSON in a text."""
    return json.loads(text) if isinstance(text, str) else text
