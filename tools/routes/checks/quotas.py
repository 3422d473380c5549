"""Quotas that the templates would exceed, and sizes that AWS refuses.

From https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html,
https://docs.aws.amazon.com/general/latest/gr/sns.html and
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html.
"""

import json
from collections import defaultdict
from collections.abc import Iterator

from routes.checks.base import Code, Context, Finding, finding
from routes.network.model import Place
from routes.reading.assembly import Resource

TARGETS = Code(
    "L701",
    "error",
    "More than five targets on a rule",
    "EventBridge refuses the sixth.",
    "Write a second rule with the same pattern, or put a topic between.",
)
RULES = Code(
    "L702",
    "warning",
    "More than 300 rules on a bus",
    "EventBridge refuses more, unless AWS raised the quota for the account.",
    "Ask for a higher quota, or spread the rules over buses.",
)
LOG_POLICIES = Code(
    "L703",
    "error",
    "More than ten log resource policies in an account and region",
    "CloudWatch Logs refuses the eleventh; CDK's log group target makes one a log group.",
    "One AWS::Logs::ResourcePolicy on /aws/events/* for the account.",
)
EVENT_SIZE = Code(
    "L704",
    "error",
    "An example larger than an event may be",
    "PutEvents refuses an entry of more than 256 KiB, SNS and Lambda a larger message.",
    "Put the data into a bucket and its key into the event.",
)
BUS_POLICY_SIZE = Code(
    "L705",
    "error",
    "A bus policy of more than 10,240 characters",
    "EventBridge refuses it.",
    "Allow an organization by aws:PrincipalOrgID in place of many accounts.",
)
QUEUE_SIZE = Code(
    "L706",
    "error",
    "An example larger than a queue takes",
    "The queue's MaximumMessageSize refuses it.",
    "Raise MaximumMessageSize, or make the event smaller.",
)
FILTER_POLICIES = Code(
    "L707",
    "warning",
    "More than 200 filter policies on a topic",
    "SNS refuses more, unless AWS raised the quota for the account.",
    "Ask for a higher quota, or spread the subscriptions over topics.",
)

CODES = [
    TARGETS,
    RULES,
    LOG_POLICIES,
    EVENT_SIZE,
    BUS_POLICY_SIZE,
    QUEUE_SIZE,
    FILTER_POLICIES,
]

_TARGETS_PER_RULE = 5
_RULES_PER_BUS = 300
_LOG_POLICIES = 10
_EVENT_BYTES = 256 * 1024
_BUS_POLICY_CHARACTERS = 10_240
_FILTER_POLICIES = 200


def check(context: Context) -> Iterator[Finding]:
    """Yields the findings about quotas."""
    yield from _rules(context)
    yield from _log_policies(context)
    yield from _sizes(context)
    for place in context.routes.access.guarded():
        characters = len(json.dumps(context.routes.access.resource_policy(place)))
        if place.kind == "bus" and characters > _BUS_POLICY_CHARACTERS:
            message = f"{place.label} has a policy of {characters} characters"
            yield finding(BUS_POLICY_SIZE, place.resource, message, stack=place.arn)
    yield from _filter_policies(context)


def _rules(context: Context) -> Iterator[Finding]:
    on_bus: dict[Place, int] = defaultdict(int)
    for rule in context.routes.assembly.resources("AWS::Events::Rule"):
        on_bus[context.routes.places.bus(rule.get("EventBusName"), rule.stack)] += 1
        found = rule.get("Targets")
        targets = len(found) if isinstance(found, list) else 0
        if targets > _TARGETS_PER_RULE:
            yield finding(TARGETS, rule, f"it has {targets} targets")
    for bus, rules in on_bus.items():
        if rules > _RULES_PER_BUS:
            message = f"{bus.label} has {rules} rules"
            yield finding(RULES, bus.resource, message, stack=bus.arn)


def _log_policies(context: Context) -> Iterator[Finding]:
    for (account, region), policies in context.routes.access.log_policies.items():
        if len(policies) > _LOG_POLICIES:
            last: Resource = policies[-1][0]
            message = f"{len(policies)} log resource policies in {account}, {region}"
            yield finding(LOG_POLICIES, last, message)


def _sizes(context: Context) -> Iterator[Finding]:
    for example, journey in context.journeys:
        size = len(json.dumps(example.event, ensure_ascii=False).encode())
        if size > _EVENT_BYTES:
            message = f"{example.name} has {size} bytes, an event may have {_EVENT_BYTES}"
            yield finding(EVENT_SIZE, journey.start.resource, message, stack=journey.start.arn)
        for trail in journey.every_step():
            queue = trail[-1].hop.target
            most = queue.resource.get("MaximumMessageSize") if queue.resource else None
            if trail[-1].arrived and str(most).isdigit() and size > int(str(most)):
                message = f"{example.name} has {size} bytes, {queue.label} takes {most}"
                yield finding(QUEUE_SIZE, queue.resource, message)


def _filter_policies(context: Context) -> Iterator[Finding]:
    on_topic: dict[Place, int] = defaultdict(int)
    for hop in context.routes.hops:
        if hop.kind == "subscription" and hop.filters:
            on_topic[hop.source] += 1
    for topic, policies in on_topic.items():
        if policies > _FILTER_POLICIES:
            message = f"{topic.label} has {policies} filter policies"
            yield finding(FILTER_POLICIES, topic.resource, message, stack=topic.arn)
