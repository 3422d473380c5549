"""Event patterns, compiled to what EventBridge compiles them to: flat paths and their values.

Follows AWS's open engine (https://github.com/aws/event-ruler): a pattern becomes a list of
alternatives, one per branch of every `$or`, each a mapping from a dotted path to the values one
of which must match. A path written twice keeps the value written last.
"""

import ipaddress
import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ministack.services import eventbridge as ministack

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


class Values(list[Any]):
    """The values that a pattern takes at one path.

    The engine reads an event's value once for all patterns that wait for it at the same place:
    as a number if one of them is numeric, else as an address if one of them is an address.
    """

    reads_numbers: bool = False
    reads_addresses: bool = False


Alternative = dict[str, Values]

# Wider than any pattern EventBridge takes; it bounds the recursion.
_MAX_DEPTH = 100
_MAX_COMBINATIONS = 1000
_MAX_FIELDS = 256


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
    alternatives = [_in_order(alternative) for alternative in alternatives]
    if any(len(alternative) > _MAX_FIELDS for alternative in alternatives):
        raise _TooLarge(f"the pattern has more than {_MAX_FIELDS} fields")
    _read_together(alternatives)
    return alternatives


def _in_order(alternative: Alternative) -> Alternative:
    """The paths in Java's order of strings, in which the engine meets an event's fields."""
    ordered = sorted(alternative.items(), key=lambda item: item[0].encode("utf-16-be"))
    return {path: Values(values) for path, values in ordered}


def _read_together(alternatives: list[Alternative]) -> None:
    """Values at one path after the same values at the paths before it wait at the same place."""
    places: dict[str, list[Values]] = {}
    for alternative in alternatives:
        before = ""
        for path, values in alternative.items():
            before += f"{path}:"
            places.setdefault(before, []).append(values)
            before += f"{values}"
    for together in places.values():
        numbers = any(_is_numeric(item) for values in together for item in values)
        addresses = any(_is_address(item) for values in together for item in values)
        for values in together:
            values.reads_numbers, values.reads_addresses = numbers, addresses


def _is_numeric(item: Any) -> bool:
    if isinstance(item, Mapping):
        operand = item.get("anything-but")
        if isinstance(operand, list) and operand:
            operand = operand[0]
        return "numeric" in item or _is_numeric(operand)
    return isinstance(item, int | float) and not isinstance(item, bool) and is_comparable(item)


def _is_address(item: Any) -> bool:
    if isinstance(item, Mapping):
        return "cidr" in item
    return isinstance(item, str) and address(item) is not None


def is_comparable(number: float) -> bool:
    """Returns whether the engine can compare a number: as a double it is the number written."""
    if isinstance(number, float):
        return math.isfinite(number)
    try:
        return Decimal(repr(float(number))) == number
    except OverflowError:
        return False


def address(text: str) -> IPAddress | None:
    """Returns the IP address that a text is; as in Java, an IPv4-mapped address is IPv4."""
    if "." not in text and ":" not in text:
        return None
    found: IPAddress | None = ministack._cidr_address(text)
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        return found.ipv4_mapped
    return found


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
                alternative[path] = Values(value)
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
