"""Event patterns, compiled to what EventBridge compiles them to: flat paths and their values.

Follows AWS's open engine (https://github.com/aws/event-ruler): a pattern becomes a list of
alternatives, one per branch of every `$or`, each a mapping from a dotted path to the values one
of which must match. A path written twice keeps the value written last.
"""

from collections.abc import Mapping
from typing import Any

from ministack.services import eventbridge as ministack

Alternative = dict[str, list[Any]]

# Wider than any pattern EventBridge takes; it bounds the recursion.
_MAX_DEPTH = 100
_MAX_COMBINATIONS = 1000


class _TooLarge(ValueError):
    """The pattern is well formed and EventBridge refuses it for its size."""


def compile_pattern(pattern: Any) -> list[Alternative]:
    """Returns the alternatives of an event pattern, any one of which an event may satisfy.

    Raises ValueError, with the reason, for a pattern that EventBridge would reject.
    """
    if _combinations(pattern, 0) > _MAX_COMBINATIONS:
        raise _TooLarge(f"the pattern has more than {_MAX_COMBINATIONS} rule combinations")
    try:
        return _compile(pattern, expand_or=True)
    except _TooLarge:
        raise
    except ValueError:
        # As EventBridge does: a `$or` that is not the operator is the name of a field.
        return _compile(pattern, expand_or=False)


def paths(pattern: Any) -> set[str]:
    """Returns every dotted path that a pattern asks about; raises as `compile_pattern` does."""
    return {path for alternative in compile_pattern(pattern) for path in alternative}


def _compile(pattern: Any, *, expand_or: bool) -> list[Alternative]:
    alternatives: list[Alternative] = []
    _compile_object(alternatives, "", pattern, expand_or=expand_or, inside_or=False, depth=0)
    return alternatives


def _compile_object(
    alternatives: list[Alternative],
    prefix: str,
    node: Any,
    *,
    expand_or: bool,
    inside_or: bool,
    depth: int,
) -> None:
    if depth > _MAX_DEPTH:
        raise _TooLarge(f"the pattern is nested deeper than {_MAX_DEPTH} levels")
    if not isinstance(node, Mapping):
        raise ValueError("Filter is not an object")
    if not node:
        raise ValueError("Empty objects are not allowed")
    for key, value in node.items():
        if key == "$or" and expand_or:
            _compile_or(alternatives, prefix, value, depth)
            continue
        if inside_or and key in ministack._OR_RESERVED_MEMBER_KEYS:
            raise ValueError(f"{key} is reserved and cannot be used as a field inside $or")
        path = f"{prefix}.{key}" if prefix else key
        if isinstance(value, Mapping):
            _compile_object(
                alternatives,
                path,
                value,
                expand_or=expand_or,
                inside_or=inside_or,
                depth=depth + 1,
            )
        elif isinstance(value, list):
            _validate_values(path, value)
            if not alternatives:
                alternatives.append({})
            for alternative in alternatives:
                alternative[path] = value
        else:
            raise ValueError(f'"{path}" must be an object or an array')


def _compile_or(alternatives: list[Alternative], prefix: str, members: Any, depth: int) -> None:
    before = list(alternatives) or [{}]
    alternatives.clear()
    if not isinstance(members, list):
        raise ValueError("$or must be followed by an array")
    for member in members:
        if not isinstance(member, Mapping):
            raise ValueError("$or may hold objects only")
        branch = [dict(alternative) for alternative in before]
        _compile_object(branch, prefix, member, expand_or=True, inside_or=True, depth=depth + 1)
        alternatives.extend(branch)
        if len(alternatives) > _MAX_COMBINATIONS:
            raise _TooLarge(f"the pattern has more than {_MAX_COMBINATIONS} rule combinations")
    if len(members) < 2:
        raise ValueError("$or needs at least two objects")


def _combinations(node: Any, depth: int) -> int:
    """The product of the lengths of all `$or` arrays, which is what EventBridge limits."""
    if not isinstance(node, Mapping) or depth > _MAX_DEPTH:
        return 1
    product = 1
    for key, value in node.items():
        if key == "$or" and isinstance(value, list):
            product *= max(len(value), 1)
            for member in value:
                product *= _combinations(member, depth + 1)
        else:
            product *= _combinations(value, depth + 1)
        if product > _MAX_COMBINATIONS:
            break
    return product


def _validate_values(path: str, values: list[Any]) -> None:
    try:
        ministack._validate_value_list(values)
    except ministack._InvalidPattern as invalid:
        raise ValueError(f"{path}: {invalid}") from None
