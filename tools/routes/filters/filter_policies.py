"""SNS filter policies: how a subscription's policy meets a message, and where it is refused.

Rests on https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html. A policy
on the body is matched like an event pattern; a policy on the attributes is flat, and an attribute
of type String.Array offers each of its elements.
"""

import json
from collections.abc import Iterator
from typing import Any

from routes.filters.matching import any_matches, flatten
from routes.filters.patterns import Alternative, compile_pattern

MAX_KEYS = 5
MAX_COMBINATIONS = 150
MAX_BYTES = 256 * 1024
# SNS knows fewer operators than EventBridge.
_OPERATORS = {
    "anything-but",
    "cidr",
    "equals-ignore-case",
    "exists",
    "numeric",
    "prefix",
    "suffix",
    "wildcard",
}
_NUMERIC_LIMIT = 10**9


def body_matches(alternatives: list[Alternative], body: Any) -> bool:
    """Returns whether a message's body satisfies a policy; a body that is no JSON object never."""
    return isinstance(body, dict) and any_matches(alternatives, flatten(body))


def attributes_match(alternatives: list[Alternative], attributes: dict[str, Any]) -> bool:
    """Returns whether a message's attributes (name -> value, or values of an array) satisfy one."""
    # A dot in an attribute's name is a dot, not a path: flattening keeps it as it is.
    return any_matches(alternatives, flatten(attributes))


def problems(policy: Any, scope: str) -> Iterator[str]:
    """Yields what SNS would refuse in a filter policy."""
    if not isinstance(policy, dict):
        yield "a filter policy must be a JSON object"
        return
    if scope == "attributes":
        for key, value in policy.items():
            if isinstance(value, dict):
                yield f"{key}: a policy on message attributes cannot be nested"
    try:
        alternatives = compile_pattern(policy)
    except ValueError as error:
        yield str(error)
        return
    for alternative in alternatives:
        for path, values in alternative.items():
            yield from _value_problems(path, values)
    if len(keys := {path for alternative in alternatives for path in alternative}) > MAX_KEYS:
        yield f"it has {len(keys)} keys, SNS takes {MAX_KEYS}"
    combinations = complexity(policy, scope)
    if combinations > MAX_COMBINATIONS:
        yield f"its complexity is {combinations} combinations, SNS takes {MAX_COMBINATIONS}"
    if len(json.dumps(policy).encode()) > MAX_BYTES:
        yield f"it is larger than {MAX_BYTES} bytes"


def complexity(policy: dict[str, Any], scope: str) -> int:
    """Returns a policy's combinations of values as SNS counts them.

    The product over all keys of the number of values, on a body times the depth of the key:
    https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html
    """
    product = 1
    for depth, count in _leaves(policy, 1):
        product *= count * (depth if scope == "body" else 1)
    return product


def _leaves(node: dict[str, Any], depth: int) -> Iterator[tuple[int, int]]:
    for key, value in node.items():
        if key == "$or" and isinstance(value, list):
            for member in value:
                yield from _leaves(member, depth)
        elif isinstance(value, dict):
            yield from _leaves(value, depth + 1)
        elif isinstance(value, list):
            yield depth, len(value)


def _value_problems(path: str, values: list[Any]) -> Iterator[str]:
    for value in values:
        if not isinstance(value, dict):
            continue
        operator = next(iter(value))
        if operator not in _OPERATORS:
            yield f"{path}: SNS does not know the operator {operator}"
        if operator == "numeric":
            numbers = [each for each in value[operator] if isinstance(each, int | float)]
            if any(abs(number) > _NUMERIC_LIMIT for number in numbers):
                yield f"{path}: SNS compares numbers between -10^9 and 10^9 only"
