"""Decides whether an event matches an event pattern, as EventBridge would.

The operators are ministack's, which are pinned and tested against AWS's engine. How paths, arrays
and absence combine is done here, as in https://github.com/aws/event-ruler: an event is a list of
leaf fields that know which element of which array they come from, and all fields that satisfy one
alternative must come from the same elements.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from ministack.services import eventbridge as ministack

from routes.patterns import Alternative, compile_pattern

# Which element of which array: the number of the array in the event -> the index in it.
Membership = dict[int, int]


class Field(NamedTuple):
    value: Any
    membership: Membership


Fields = dict[str, list[Field]]


def matches(pattern: dict[str, Any], event: dict[str, Any]) -> bool:
    """Returns whether EventBridge would match the event to the pattern.

    Raises ValueError with the reason for a pattern that EventBridge would reject.
    """
    return any_matches(compile_pattern(pattern), flatten(event))


def any_matches(alternatives: list[Alternative], fields: Fields) -> bool:
    """Returns whether the fields of an event satisfy one of a compiled pattern's alternatives."""
    return any(_satisfies(_in_order(alternative), fields, {}) for alternative in alternatives)


def flatten(event: Mapping[str, Any]) -> Fields:
    """Returns the leaf fields of an event by dotted path."""
    if not isinstance(event, Mapping):
        raise ValueError(f"an event must be a JSON object, not {type(event).__name__}")
    fields: Fields = {}
    _Flattening(fields).object("", event, {})
    return fields


def value_matches(value: Any, values: list[Any]) -> bool:
    """Returns whether one leaf value satisfies one of a pattern's values for its path."""
    return any(_satisfies_expression(value, expression) for expression in values)


@dataclass
class _Flattening:
    fields: Fields
    arrays: int = 0

    def object(self, prefix: str, node: Mapping[str, Any], membership: Membership) -> None:
        for key, value in node.items():
            self.value(f"{prefix}.{key}" if prefix else key, value, membership)

    def value(self, path: str, value: Any, membership: Membership) -> None:
        if isinstance(value, Mapping):
            self.object(path, value, membership)
        elif isinstance(value, list):
            array = self.arrays
            self.arrays += 1
            for index, element in enumerate(value):
                nested = isinstance(element, Mapping | list)
                self.value(path, element, {**membership, array: index} if nested else membership)
        else:
            self.fields.setdefault(path, []).append(Field(value, membership))


def _in_order(alternative: Alternative) -> list[tuple[str, list[Any]]]:
    # Java's order of strings, which decides what an absent field is consistent with.
    return sorted(alternative.items(), key=lambda item: item[0].encode("utf-16-be"))


def _satisfies(wanted: list[tuple[str, list[Any]]], fields: Fields, membership: Membership) -> bool:
    if not wanted:
        return True
    (path, values), rest = wanted[0], wanted[1:]
    consistent = [
        (field, merged)
        for field in fields.get(path, [])
        if (merged := _merge(membership, field.membership)) is not None
    ]
    if not consistent and _allows_absence(values) and _satisfies(rest, fields, membership):
        return True
    return any(_satisfies(rest, fields, merged) for merged in _distinct(consistent, values))


def _distinct(
    consistent: list[tuple[Field, Membership]], values: list[Any]
) -> Iterator[Membership]:
    seen: list[Membership] = []
    for field, merged in consistent:
        if merged not in seen and value_matches(field.value, values):
            seen.append(merged)
            yield merged


def _merge(left: Membership, right: Membership) -> Membership | None:
    if any(left.get(array, index) != index for array, index in right.items()):
        return None
    return left | right


def _allows_absence(values: list[Any]) -> bool:
    return any(isinstance(item, Mapping) and item.get("exists") is False for item in values)


def _satisfies_expression(value: Any, expression: Any) -> bool:
    if isinstance(expression, Mapping):
        if "exists" in expression:
            return bool(expression["exists"])
        if "numeric" in expression and not _is_comparable(value):
            return False
        return bool(ministack._matches_content_filter(value, expression))
    if bool(ministack._json_equal(value, expression)):
        return True
    return isinstance(value, str) and isinstance(expression, str) and _same_ip(value, expression)


def _is_comparable(value: Any) -> bool:
    """Whether the engine can compare the number: as a double it must be the number written."""
    if isinstance(value, bool) or not isinstance(value, int):
        return True
    try:
        return Decimal(repr(float(value))) == value
    except OverflowError:
        return False


def _same_ip(left: str, right: str) -> bool:
    """Two spellings of one IP address are equal: the engine compares literals as addresses."""
    if "." not in left and ":" not in left:
        return False
    address = ministack._cidr_address(right)
    return address is not None and bool(address == ministack._cidr_address(left))
