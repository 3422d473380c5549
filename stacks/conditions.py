"""What has to be in an event for a consumer to get it: `where("data.department", "billing")`.

EventBridge decides it in the rules of both sides. A bus's policy cannot: of an event's content its
condition keys know the source, the detail-type and what AWS's own services write there.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-conditions.html
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec
from msgspec import inspect

from contracts.language.types import Contract

Value = str | int | bool


class InvalidCondition(ValueError):
    """A condition that no event can meet: the field, its value and what was expected."""


class Condition(NamedTuple):
    """A field of an event's `detail`, as a dotted path, has one of these values."""

    field: str
    values: tuple[Value, ...]

    @property
    def pattern(self) -> dict[str, Any]:
        """The condition as a part of an EventBridge pattern."""
        pattern: Any = list(self.values)
        for name in reversed(("detail", *self.field.split("."))):
            pattern = {name: pattern}
        return dict(pattern)

    def check(self, data: type[Contract]) -> None:
        """InvalidCondition, unless the field is one of this data and may have each value."""
        of, *path = self.field.split(".")
        if of != "data" or not path:
            raise InvalidCondition(f"field {self.field!r} is not valid, expected data.<field>")
        if not self.values:
            raise InvalidCondition(f"{self.field}: no value, expected one at least")
        type_ = self._type(data, path)
        for value in self.values:
            try:
                msgspec.convert(value, type_)
            except msgspec.ValidationError as error:
                expected = _choices(type_) or f"a value of its type ({error})"
                raise InvalidCondition(
                    f"{self.field}: {value!r} is not valid, expected {expected}"
                ) from error

    def _type(self, data: type[Contract], path: list[str]) -> Any:
        """The type of the field at this path. InvalidCondition if there is none."""
        found: Any = data
        for name in path:
            fields = msgspec.structs.fields(found) if _is_struct(found) else ()
            types = {field.encode_name: field.type for field in fields}
            if name not in types:
                known = f"one of {', '.join(types)}" if types else "no field below a value"
                raise InvalidCondition(
                    f"field {self.field!r} is not valid: no {name} in "
                    f"{getattr(found, '__name__', found)}, expected {known}"
                )
            found = types[name]
        return found


def where(field: str, *values: Value) -> Condition:
    """The field of the event's detail, such as `data.department`, has one of these values."""
    return Condition(field, values)


def alternatives(conditions: Iterable[tuple[str, Condition | None]]) -> list[dict[str, Any]]:
    """The patterns, one of which an event must match: detail-types that have a condition in common
    stand in one.
    """
    by_condition: dict[Condition | None, list[str]] = {}
    for detail_type, condition in conditions:
        by_condition.setdefault(condition, []).append(detail_type)
    return [
        {"detail-type": detail_types, **(condition.pattern if condition else {})}
        for condition, detail_types in by_condition.items()
    ]


def _is_struct(type_: Any) -> bool:
    return isinstance(type_, type) and issubclass(type_, msgspec.Struct)


def _choices(type_: Any) -> str | None:
    """The values of a type that lists them."""
    found = inspect.type_info(type_)
    if not isinstance(found, inspect.LiteralType):
        return None
    return f"one of {', '.join(map(str, found.values))}"
