"""Decides whether an event matches an event pattern, as EventBridge would.

The operators are ministack's, which are pinned and tested against AWS's engine. How paths, arrays
and absence combine is done here, as in https://github.com/aws/event-ruler: an event is a list of
leaf fields that know which element of which array they come from, and all fields that satisfy one
alternative must come from the same elements.
"""

import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from ministack.services import eventbridge as ministack

from routes.filters.patterns import (
    Alternative,
    IPAddress,
    Values,
    address,
    compile_pattern,
    is_comparable,
)

# Which element of which array: the number of the array in the event -> the index in it.
Membership = dict[int, int]


class Field(NamedTuple):
    value: Any
    membership: Membership


Fields = dict[str, list[Field]]

_DIGITS = "0123456789ABCDEF"


def matches(pattern: dict[str, Any], event: dict[str, Any]) -> bool:
    """Returns whether EventBridge would match the event to the pattern.

    Raises ValueError with the reason for a pattern that EventBridge would reject.
    """
    return any_matches(compile_pattern(pattern), flatten(event))


def any_matches(alternatives: list[Alternative], fields: Fields) -> bool:
    """Returns whether the fields of an event satisfy one of a compiled pattern's alternatives."""
    return any(_satisfies(list(alternative.items()), fields, {}) for alternative in alternatives)


def flatten(event: Mapping[str, Any]) -> Fields:
    """Returns the leaf fields of an event by dotted path."""
    if not isinstance(event, Mapping):
        raise ValueError(f"an event must be a JSON object, not {type(event).__name__}")
    fields: Fields = {}
    _Flattening(fields).object("", event, {})
    return fields


def value_matches(value: Any, values: Values) -> bool:
    """Returns whether one leaf value satisfies one of a pattern's values for its path."""
    found = address(value) if values.reads_addresses and isinstance(value, str) else None
    if found is None:
        if values.reads_addresses and not values.reads_numbers and _in_any_block(value, values):
            return True
        return any(_satisfies_expression(value, expression) for expression in values)
    if values.reads_numbers:
        # Nothing reads it as an address, so neither a block nor an address can match it.
        values = Values(
            item
            for item in values
            if not (isinstance(item, str) and address(item)) and not _names_block(item)
        )
        return any(_satisfies_expression(value, expression) for expression in values)
    return any(_satisfies_as_address(found, expression) for expression in values)


def in_block(digits: str, block: str) -> bool:
    """Returns whether the engine takes hexadecimal digits to be of a block.

    It compares digit by digit and stops as soon as they decide, whatever comes after: so the
    block /0 takes most addresses of the other family, too.
    """
    network = ipaddress.ip_network(block, strict=False)
    low = network.network_address.packed.hex().upper()
    high = network.broadcast_address.packed.hex().upper()
    fork = next(index for index in range(len(low)) if low[index] != high[index])
    if digits[:fork] != low[:fork] or len(digits) <= fork:
        return False
    if low[fork] < digits[fork] < high[fork]:
        return True
    if digits[fork] not in (low[fork], high[fork]):
        return False
    bound = low if digits[fork] == low[fork] else high
    for digit, limit in zip(digits[fork + 1 :], bound[fork + 1 :], strict=False):
        if digit != limit:
            return digit in _DIGITS and (digit > limit) == (bound is low)
    return len(digits) >= len(low)


def _in_any_block(value: Any, values: Values) -> bool:
    """A number that nothing reads as one is a row of digits to the engine."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return any(in_block(repr(value), item["cidr"]) for item in values if _names_block(item))


def _names_block(item: Any) -> bool:
    return isinstance(item, Mapping) and "cidr" in item


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


def _satisfies(wanted: list[tuple[str, Values]], fields: Fields, membership: Membership) -> bool:
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


def _distinct(consistent: list[tuple[Field, Membership]], values: Values) -> Iterator[Membership]:
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
        if "numeric" in expression and not (
            isinstance(value, int | float) and is_comparable(value)
        ):
            return False
        return bool(ministack._matches_content_filter(value, _as_read(expression)))
    return bool(ministack._json_equal(value, expression))


def _satisfies_as_address(found: IPAddress, expression: Any) -> bool:
    """Whether an address satisfies an expression where addresses are read as such.

    The engine has then lost the text: every operator on text misses, and so every anything-but
    is satisfied.
    """
    if isinstance(expression, Mapping):
        if "exists" in expression:
            return bool(expression["exists"])
        if "cidr" in expression:
            return in_block(found.packed.hex().upper(), expression["cidr"])
        return "anything-but" in expression
    return isinstance(expression, str) and address(expression) == found


def _as_read(expression: Any) -> Any:
    """The engine reads each half of a character beyond the basic plane as a question mark,
    where it ignores case."""
    if isinstance(expression, Mapping):
        return {
            operator: _halved(operand) if operator == "equals-ignore-case" else _as_read(operand)
            for operator, operand in expression.items()
        }
    return expression


def _halved(operand: Any) -> Any:
    if isinstance(operand, list):
        return [_halved(each) for each in operand]
    return "".join("??" if ord(char) > 0xFFFF else char for char in operand)
