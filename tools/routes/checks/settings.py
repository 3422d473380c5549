"""Settings that CloudFormation refuses, and those that switch a delivery off."""

import re
from collections.abc import Iterator
from typing import Any

from routes.checks.base import Code, Context, Finding, finding, number_of
from routes.checks.limits import CHOICES, RANGES, REQUIRED
from routes.reading.assembly import Resource
from routes.reading.shapes import parsed
from routes.reading.tokens import is_known

OUT_OF_RANGE = Code(
    "S901",
    "error",
    "A number outside what AWS takes",
    "CloudFormation fails on it in the middle of a deployment.",
    "Set a number between those that the message names.",
)
NO_CHOICE = Code(
    "S902",
    "error",
    "A value that is none of those there are",
    "CloudFormation fails on it, or takes it for the default.",
    "Write one of the values that the message names, in the same case.",
)
MISSING = Code(
    "S903",
    "error",
    "A property that must be set is missing or empty",
    "CloudFormation fails on it in the middle of a deployment.",
    "Set the property that the message names.",
)
SWITCHED_OFF = Code(
    "S904",
    "error",
    "A setting that switches a delivery off",
    "Everything deploys, and nothing is delivered.",
    "Take the setting back; switch something off by hand for an outage only.",
)
CONTRADICTION = Code(
    "S905",
    "error",
    "Settings that exclude each other",
    "CloudFormation fails on it, or one of them is without effect.",
    "Keep the one that is meant.",
)

CODES = [OUT_OF_RANGE, NO_CHOICE, MISSING, SWITCHED_OFF, CONTRADICTION]

_SCHEDULE = re.compile(r"rate\([1-9]\d* (minute|hour|day)s?\)|cron\(\S+( \S+){5}\)")
_TRANSFORMING = ("Input", "InputPath", "InputTransformer")


def check(context: Context) -> Iterator[Finding]:
    """Yields the findings about the settings of single resources."""
    for resource in context.routes.assembly.resources():
        yield from _out_of_range(resource)
        yield from _no_choice(resource)
        yield from _missing(resource)
        if resource.type in _OFF:
            yield from (
                finding(SWITCHED_OFF, resource, why) for why in _OFF[resource.type](resource)
            )
        if resource.type == "AWS::Lambda::Alias":
            yield from _alias_astray(context, resource)
        if resource.type in _EXCLUDING:
            for why in _EXCLUDING[resource.type](resource):
                yield finding(CONTRADICTION, resource, why)


def _out_of_range(resource: Resource) -> Iterator[Finding]:
    for path, (low, high) in RANGES.get(resource.type, {}).items():
        for value in values_at(resource.properties, path):
            number = number_of(value)
            if number is not None and not low <= number <= high:
                told = f"{path} is {value}, AWS takes {low:,} to {high:,}"
                yield finding(OUT_OF_RANGE, resource, told)


def _no_choice(resource: Resource) -> Iterator[Finding]:
    for path, choices in CHOICES.get(resource.type, {}).items():
        for value in values_at(resource.properties, path):
            if is_known(value) and value not in choices:
                told = f"{path} is {value!r}, expected one of {', '.join(choices)}"
                yield finding(NO_CHOICE, resource, told)


def _missing(resource: Resource) -> Iterator[Finding]:
    for path in REQUIRED.get(resource.type, ()):
        parent, _, last = path.rpartition(".")
        for holder in values_at(resource.properties, parent) if parent else [resource.properties]:
            if isinstance(holder, dict) and holder.get(last) in (None, "", [], {}):
                yield finding(MISSING, resource, f"{path} is not set")


def values_at(node: Any, path: str) -> Iterator[Any]:
    """Yields what stands at a path below a node; `[]` after a name means each of its items."""
    name, _, rest = path.partition(".")
    key = name.removesuffix("[]")
    found = node.get(key) if isinstance(node, dict) else None
    if found is None:
        return
    if rest:
        found = parsed(found)
    each = found if name.endswith("[]") and isinstance(found, list) else [found]
    for item in each:
        if rest:
            yield from values_at(item, rest)
        else:
            yield item


def _function_off(function: Resource) -> Iterator[str]:
    if number_of(function.get("ReservedConcurrentExecutions")) == 0:
        yield "ReservedConcurrentExecutions is 0: the function never runs"


def _key_off(key: Resource) -> Iterator[str]:
    if str(key.get("Enabled")).lower() == "false":
        yield "Enabled is false: nothing encrypts or decrypts with the key"
    if key.get("KeyUsage") not in (None, "ENCRYPT_DECRYPT"):
        yield f"KeyUsage is {key.get('KeyUsage')}: nothing can be encrypted with the key"


def _alias_astray(context: Context, alias: Resource) -> Iterator[Finding]:
    """An alias names a version of its own function."""
    version = context.routes.places.resource_of_token(str(alias.get("FunctionVersion")))
    if version is None or version.type != "AWS::Lambda::Version":
        return
    own, other = (
        context.routes.places.function(each.get("FunctionName"), each.stack)
        for each in (alias, version)
    )
    if own is not other:
        told = f"FunctionVersion is one of {other.label}, FunctionName is {own.name}"
        yield finding(CONTRADICTION, alias, told)


def _rule_excluding(rule: Resource) -> Iterator[str]:
    pattern, schedule = rule.get("EventPattern"), rule.get("ScheduleExpression")
    if pattern is None and schedule is None:
        yield "it has neither an EventPattern nor a ScheduleExpression"
    if schedule is not None and is_known(schedule) and not _SCHEDULE.fullmatch(str(schedule)):
        yield f"ScheduleExpression is {schedule!r}, expected rate(…) or cron(…) with six fields"
    bus = str(rule.get("EventBusName") or "default")
    if schedule and bus.rsplit("/", 1)[-1] != "default":
        yield f"a schedule runs on the default bus only, not on {bus}"
    targets = rule.get("Targets")
    targets = (
        [each for each in targets if isinstance(each, dict)] if isinstance(targets, list) else []
    )
    for target in targets:
        given = [key for key in _TRANSFORMING if target.get(key) is not None]
        if len(given) > 1:
            yield f"target {target.get('Id')} has {' and '.join(given)}"
    ids = [str(target.get("Id")) for target in targets]
    yield from (
        f"two targets have the Id {each}" for each in sorted(set(ids)) if ids.count(each) > 1
    )


def _queue_excluding(queue: Resource) -> Iterator[str]:
    fifo = str(queue.get("FifoQueue")).lower() == "true"
    for key in ("ContentBasedDeduplication", "DeduplicationScope", "FifoThroughputLimit"):
        if not fifo and queue.get(key) not in (None, False):
            yield f"{key} is for FIFO queues only"
    scope, limit = queue.get("DeduplicationScope"), queue.get("FifoThroughputLimit")
    if limit == "perMessageGroupId" and scope != "messageGroup":
        yield "FifoThroughputLimit perMessageGroupId needs DeduplicationScope messageGroup"
    managed = str(queue.get("SqsManagedSseEnabled")).lower() == "true"
    if managed and queue.get("KmsMasterKeyId"):
        yield "SqsManagedSseEnabled and KmsMasterKeyId are both set"


def _subscription_excluding(subscription: Resource) -> Iterator[str]:
    protocol, endpoint = str(subscription.get("Protocol")), str(subscription.get("Endpoint"))
    raw = str(subscription.get("RawMessageDelivery")).lower() == "true"
    if raw and protocol not in ("sqs", "http", "https", "firehose"):
        yield f"RawMessageDelivery is not for the protocol {protocol}"
    if protocol in ("sqs", "lambda", "firehose") and endpoint.startswith("arn:"):
        service = endpoint.split(":")[2]
        if is_known(service) and service != protocol:
            yield f"the protocol is {protocol}, the endpoint {endpoint}"


def _integration_excluding(integration: Resource) -> Iterator[str]:
    subtype, uri = integration.get("IntegrationSubtype"), integration.get("IntegrationUri")
    if integration.get("IntegrationType") == "AWS_PROXY" and not subtype and not uri:
        yield "IntegrationType AWS_PROXY needs an IntegrationUri or an IntegrationSubtype"


def _table_excluding(table: Resource) -> Iterator[str]:
    defined = {
        str(each) for each in values_at(table.properties, "AttributeDefinitions[].AttributeName")
    }
    for name in values_at(table.properties, "KeySchema[].AttributeName"):
        if name and str(name) not in defined:
            yield f"the key attribute {name} is not among the AttributeDefinitions"
    has_throughput = table.get("ProvisionedThroughput") is not None
    if table.get("BillingMode") in (None, "PROVISIONED") and not has_throughput:
        yield "BillingMode PROVISIONED, the default, needs a ProvisionedThroughput"


_OFF = {
    "AWS::KMS::Key": _key_off,
    "AWS::Lambda::Function": _function_off,
}
_EXCLUDING = {
    "AWS::ApiGatewayV2::Integration": _integration_excluding,
    "AWS::DynamoDB::Table": _table_excluding,
    "AWS::Events::Rule": _rule_excluding,
    "AWS::SNS::Subscription": _subscription_excluding,
    "AWS::SQS::Queue": _queue_excluding,
}
