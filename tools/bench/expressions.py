"""DynamoDB's expressions on an item in DynamoDB's notation: what conditions and updates share.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.html
"""

import re
from decimal import Decimal
from functools import lru_cache
from typing import Any

Item = dict[str, Any]
Path = tuple[str | int, ...]

_TOKEN = re.compile(r"\s*([:#]\w+|[A-Za-z_][\w-]*|\d+|<>|<=|>=|[=<>(),.+\-\[\]])")


class Expression:
    """One expression of a call, read from its left to its right against an item as it is.

    ValueError where it cannot be read.
    """

    def __init__(self, text: str, arguments: dict[str, Any], item: Item) -> None:
        self.item = item
        self._text = text
        self._tokens = [*_tokens(text)]
        self._names = arguments.get("ExpressionAttributeNames") or {}
        self._values = arguments.get("ExpressionAttributeValues") or {}

    @property
    def is_over(self) -> bool:
        """Whether all of it is read."""
        return not self._tokens

    def operand(self) -> Any:
        """A value in DynamoDB's notation; None for an attribute that the item has not."""
        if self.ahead(0).startswith(":"):
            return self._values[self.next()]
        if self.ahead(1) == "(":
            name = self.next().lower()
            self.expect("(")
            first: Any = self.operand()
            second: Any = self.operand() if self.accept(",") else None
            self.expect(")")
            if name == "size":
                return None if first is None else {"N": str(len(plain(first)))}
            if name == "if_not_exists":
                return second if first is None else first
            if name == "list_append":
                return {"L": [each for one in (first, second) if one for each in one["L"]]}
            raise self.unreadable()
        return at(self.item, self.path())

    def path(self) -> Path:
        """The way to an attribute: names, and indexes of lists."""
        path: list[str | int] = [self.name()]
        while self.ahead(0) in (".", "["):
            if self.next() == ".":
                path.append(self.name())
            else:
                path.append(int(self.next()))
                self.expect("]")
        return tuple(path)

    def name(self) -> str:
        """The name of an attribute, its placeholder resolved."""
        token = self.next()
        return str(self._names[token]) if token.startswith("#") else token

    def ahead(self, distance: int) -> str:
        """A token that is still to be read; empty beyond the last."""
        return self._tokens[distance] if distance < len(self._tokens) else ""

    def next(self) -> str:
        """Reads a token."""
        if not self._tokens:
            raise self.unreadable()
        return self._tokens.pop(0)

    def accept(self, token: str) -> bool:
        """Reads this token (in capitals) if it is the next, and says whether it was."""
        if self.ahead(0).upper() != token:
            return False
        self._tokens.pop(0)
        return True

    def expect(self, token: str) -> None:
        """Reads this token, which must be the next."""
        if not self.accept(token):
            raise self.unreadable()

    def unreadable(self) -> ValueError:
        """The error that says where reading came to its end."""
        left = " ".join(self._tokens)
        return ValueError(f"{self._text!r} cannot be read from {left!r} on")


@lru_cache(1000)
def _tokens(text: str) -> tuple[str, ...]:
    found, position = [], 0
    while text[position:].strip():
        match = _TOKEN.match(text, position)
        if match is None:
            raise ValueError(f"{text!r} cannot be read from {text[position:]!r} on")
        found.append(match[1])
        position = match.end()
    return tuple(found)


def at(item: Item, path: Path) -> Any:
    """The value at a path in DynamoDB's notation; None if there is none."""
    value: Any = item.get(str(path[0]))
    for step in path[1:]:
        within = (value or {}).get("L" if isinstance(step, int) else "M")
        if isinstance(step, int):
            value = within[step] if within and step < len(within) else None
        else:
            value = (within or {}).get(step)
    return value


def plain(value: Any) -> Any:
    """What a value in DynamoDB's notation stands for, as far as expressions compare it."""
    if value is None:
        return None
    ((kind, content),) = value.items()
    if kind == "N":
        return Decimal(content)
    if kind == "NS":
        return {Decimal(each) for each in content}
    return [plain(each) for each in content] if kind == "L" else content
