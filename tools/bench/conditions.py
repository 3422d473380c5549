"""DynamoDB's conditions: of a write, of a query's key, and filters.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
"""

import operator
from collections.abc import Callable
from typing import Any

from bench.expressions import Expression, Item, plain

_DIFFERENT = operator.ne
"""What is not there is different from all that is; no other comparison with it holds."""

_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": _DIFFERENT,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def holds(arguments: dict[str, Any], name: str, item: Item | None) -> bool:
    """Whether an item (None: there is none) meets the condition of this name in a call's arguments.

    A call without it has none. ValueError for an expression that cannot be read.
    """
    text = arguments.get(name)
    return not text or _Condition(text, arguments, item or {}).holds()


class _Condition(Expression):
    """A condition, read and judged at once."""

    def holds(self) -> bool:
        met = self._any()
        if not self.is_over:
            raise self.unreadable()
        return met

    def _any(self) -> bool:
        met = self._all()
        while self.accept("OR"):
            met = self._all() or met
        return met

    def _all(self) -> bool:
        met = self._not()
        while self.accept("AND"):
            met = self._not() and met
        return met

    def _not(self) -> bool:
        if self.accept("NOT"):
            return not self._not()
        if self.accept("("):
            met = self._any()
            self.expect(")")
            return met
        return self._comparison()

    def _comparison(self) -> bool:
        if self.ahead(1) == "(" and self.ahead(0).lower() != "size":
            return self._function()
        left = plain(self.operand())
        if self.accept("BETWEEN"):
            low = plain(self.operand())
            self.expect("AND")
            high = plain(self.operand())
            return left is not None and low <= left <= high
        if self.accept("IN"):
            return left in self._arguments()
        compare = _COMPARISONS.get(self.next())
        if compare is None:
            raise self.unreadable()
        right = plain(self.operand())
        if left is None or right is None:
            return compare is _DIFFERENT
        return compare(left, right)

    def _function(self) -> bool:
        name = self.next().lower()
        self.expect("(")
        found = self.operand()
        given = plain(self.operand()) if self.accept(",") else None
        self.expect(")")
        match name:
            case "attribute_exists":
                return found is not None
            case "attribute_not_exists":
                return found is None
            case "attribute_type":
                return found is not None and given in found
            case "begins_with":
                return found is not None and plain(found).startswith(given)
            case "contains":
                return found is not None and given in plain(found)
        raise self.unreadable()

    def _arguments(self) -> list[Any]:
        self.expect("(")
        found = [plain(self.operand())]
        while self.accept(","):
            found.append(plain(self.operand()))
        self.expect(")")
        return found
