"""Settings that CloudFormation refuses, and those that switch a delivery off."""

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
CODES = [OUT_OF_RANGE, NO_CHOICE, MISSING, SWITCHED_OFF]


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


_OFF = {
    "AWS::KMS::Key": _key_off,
    "AWS::Lambda::Function": _function_off,
}
