"""DynamoDB's expressions on an item in DynamoDB's notation: conditions and updates.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.html
"""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

Item = dict[str, Any]
Path = tuple[str | int, ...]

_TOKEN = re.compile(r"\s*(:\w+|#?[A-Za-z_][\w-]*|\d+|<>|<=|>=|[=<>(),.+\-\[\]])")
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: left == right,
    "<>": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


def holds(arguments: dict[str, Any], name: str, item: Item | None) -> bool:
    """Whether an item (None: there is none) meets the condition of this name in a call's arguments.

    A call without it has none. ValueError for an expression that cannot be read.
    """
    text = arguments.get(name)
    return not text or _Expression(text, arguments, item or {}).condition()


def updated(arguments: dict[str, Any], item: Item) -> Item:
    """The item after a call's UpdateExpression. ValueError for one that cannot be read."""
    expression = _Expression(arguments.get("UpdateExpression", ""), arguments, item)
    return expression.update()


class _Expression:
    """One expression, evaluated from its left to its right."""

    def __init__(self, text: str, arguments: dict[str, Any], item: Item) -> None:
        self._text = text
        self._tokens = _tokens(text)
        self._names = arguments.get("ExpressionAttributeNames") or {}
        self._values = arguments.get("ExpressionAttributeValues") or {}
        self._item = item

    def condition(self) -> bool:
        met = self._any()
        if self._tokens:
            raise self._unreadable()
        return met

    def update(self) -> Item:
        """Every operand is read from the item as it was, as DynamoDB does."""
        changed = _copied(self._item)
        actions = {"SET": self._set, "REMOVE": self._remove, "ADD": self._add}
        actions["DELETE"] = self._delete
        while self._tokens:
            action = actions.get(self._next().upper())
            if action is None:
                raise self._unreadable()
            action(changed)
            while self._accept(","):
                action(changed)
        return changed

    def _any(self) -> bool:
        met = self._all()
        while self._accept("OR"):
            met = self._all() or met
        return met

    def _all(self) -> bool:
        met = self._not()
        while self._accept("AND"):
            met = self._not() and met
        return met

    def _not(self) -> bool:
        if self._accept("NOT"):
            return not self._not()
        if self._accept("("):
            met = self._any()
            self._expect(")")
            return met
        return self._comparison()

    def _comparison(self) -> bool:
        if self._ahead(1) == "(" and self._ahead(0).lower() != "size":
            return self._function()
        left = _plain(self._operand())
        if self._accept("BETWEEN"):
            low = _plain(self._operand())
            self._expect("AND")
            high = _plain(self._operand())
            return left is not None and low <= left <= high
        if self._accept("IN"):
            return left in self._arguments()
        compare = _COMPARISONS.get(self._next())
        if compare is None:
            raise self._unreadable()
        right = _plain(self._operand())
        return left is not None and right is not None and compare(left, right)

    def _function(self) -> bool:
        name = self._next().lower()
        self._expect("(")
        found = self._operand()
        given = _plain(self._operand()) if self._accept(",") else None
        self._expect(")")
        match name:
            case "attribute_exists":
                return found is not None
            case "attribute_not_exists":
                return found is None
            case "attribute_type":
                return found is not None and given in found
            case "begins_with":
                return found is not None and _plain(found).startswith(given)
            case "contains":
                return found is not None and given in _plain(found)
        raise self._unreadable()

    def _arguments(self) -> list[Any]:
        self._expect("(")
        found = [_plain(self._operand())]
        while self._accept(","):
            found.append(_plain(self._operand()))
        self._expect(")")
        return found

    def _operand(self) -> Any:
        """A value in DynamoDB's notation; None for an attribute that the item has not."""
        if self._ahead(0).startswith(":"):
            return self._values[self._next()]
        if self._ahead(1) == "(":
            name = self._next().lower()
            self._expect("(")
            first = self._operand()
            second = self._operand() if self._accept(",") else None
            self._expect(")")
            if name == "size":
                return None if first is None else {"N": str(len(_plain(first)))}
            if name == "if_not_exists":
                return second if first is None else first
            if name == "list_append":
                return {"L": [*(first or {"L": []})["L"], *second["L"]]}
            raise self._unreadable()
        return _at(self._item, self._path())

    def _path(self) -> Path:
        path: list[str | int] = [self._name()]
        while self._ahead(0) in (".", "["):
            if self._next() == ".":
                path.append(self._name())
            else:
                path.append(int(self._next()))
                self._expect("]")
        return tuple(path)

    def _name(self) -> str:
        token = self._next()
        return str(self._names[token]) if token.startswith("#") else token

    def _set(self, changed: Item) -> None:
        path = self._path()
        self._expect("=")
        value = self._operand()
        if self._ahead(0) in ("+", "-"):
            sign = -1 if self._next() == "-" else 1
            value = {"N": str(_plain(value) + sign * _plain(self._operand()))}
        _put(changed, path, value)

    def _remove(self, changed: Item) -> None:
        _put(changed, self._path(), None)

    def _add(self, changed: Item) -> None:
        path = self._path()
        old, new = _at(self._item, path), self._operand()
        ((kind, added),) = new.items()
        if kind == "N":
            new = {"N": str((_plain(old) or 0) + Decimal(added))}
        elif old:
            new = {kind: [*old[kind], *(each for each in added if each not in old[kind])]}
        _put(changed, path, new)

    def _delete(self, changed: Item) -> None:
        path = self._path()
        old = _at(self._item, path)
        ((kind, removed),) = self._operand().items()
        left = [each for each in (old or {kind: []})[kind] if each not in removed]
        _put(changed, path, {kind: left} if left else None)

    def _ahead(self, distance: int) -> str:
        return self._tokens[distance] if distance < len(self._tokens) else ""

    def _next(self) -> str:
        if not self._tokens:
            raise self._unreadable()
        return self._tokens.pop(0)

    def _accept(self, token: str) -> bool:
        if self._ahead(0).upper() != token:
            return False
        self._tokens.pop(0)
        return True

    def _expect(self, token: str) -> None:
        if not self._accept(token):
            raise self._unreadable()

    def _unreadable(self) -> ValueError:
        left = " ".join(self._tokens)
        return ValueError(f"{self._text!r} cannot be read from {left!r} on")


def _tokens(text: str) -> list[str]:
    found, position = [], 0
    while text[position:].strip():
        match = _TOKEN.match(text, position)
        if match is None:
            raise ValueError(f"{text!r} cannot be read from {text[position:]!r} on")
        found.append(match[1])
        position = match.end()
    return found


def _at(item: Item, path: Path) -> Any:
    value: Any = item.get(str(path[0]))
    for step in path[1:]:
        within = (value or {}).get("L" if isinstance(step, int) else "M")
        if isinstance(step, int):
            value = within[step] if within and step < len(within) else None
        else:
            value = (within or {}).get(step)
    return value


def _put(item: Item, path: Path, value: Any) -> None:
    """Sets an attribute, or removes it where the value is None. ValueError if it has no parent."""
    holder: Any = item
    if path[1:]:
        parent = _at(item, path[:-1])
        if parent is None:
            raise ValueError(f"{path[:-1]} is not there to hold {path[-1]}")
        ((_, holder),) = parent.items()
    last = path[-1]
    if isinstance(last, int):
        holder[last : last + 1] = [] if value is None else [value]
    elif value is None:
        holder.pop(last, None)
    else:
        holder[last] = value


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copied(item) for key, item in value.items()}
    return [_copied(item) for item in value] if isinstance(value, list) else value


def _plain(value: Any) -> Any:
    """What a value in DynamoDB's notation stands for, as far as expressions compare it."""
    if value is None:
        return None
    ((kind, plain),) = value.items()
    if kind == "N":
        return Decimal(plain)
    if kind == "NS":
        return {Decimal(each) for each in plain}
    if kind in ("L", "M"):
        return [_plain(each) for each in plain] if kind == "L" else plain
    return plain
