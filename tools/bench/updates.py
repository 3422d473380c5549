"""DynamoDB's updates of an item: SET, REMOVE, ADD and DELETE.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html
"""

from decimal import Decimal
from typing import Any

from bench.expressions import Expression, Item, Path, at, plain


def updated(arguments: dict[str, Any], item: Item) -> Item:
    """The item after a call's UpdateExpression. ValueError for one that cannot be read."""
    expression = _Update(arguments.get("UpdateExpression", ""), arguments, item)
    return expression.update()


class _Update(Expression):
    """An update, read and done at once."""

    def update(self) -> Item:
        """Every operand is read from the item as it was, as DynamoDB does."""
        changed: Item = _copied(self.item)
        actions = {"SET": self._set, "REMOVE": self._remove, "ADD": self._add}
        actions["DELETE"] = self._delete
        while not self.is_over:
            action = actions.get(self.next().upper())
            if action is None:
                raise self.unreadable()
            action(changed)
            while self.accept(","):
                action(changed)
        return changed

    def _set(self, changed: Item) -> None:
        path = self.path()
        self.expect("=")
        value = self.operand()
        if self.ahead(0) in ("+", "-"):
            sign = -1 if self.next() == "-" else 1
            value = {"N": str(plain(value) + sign * plain(self.operand()))}
        _put(changed, path, value)

    def _remove(self, changed: Item) -> None:
        _put(changed, self.path(), None)

    def _add(self, changed: Item) -> None:
        path = self.path()
        old, new = at(self.item, path), self.operand()
        ((kind, added),) = new.items()
        if kind == "N":
            new = {"N": str((plain(old) or 0) + Decimal(added))}
        elif old:
            new = {kind: [*old[kind], *(each for each in added if each not in old[kind])]}
        _put(changed, path, new)

    def _delete(self, changed: Item) -> None:
        path = self.path()
        old = at(self.item, path)
        ((kind, removed),) = self.operand().items()
        left = [each for each in (old or {kind: []})[kind] if each not in removed]
        _put(changed, path, {kind: left} if left else None)


def _put(item: Item, path: Path, value: Any) -> None:
    """Sets an attribute, or removes it where the value is None. ValueError if it has no parent."""
    holder: Any = item
    if path[1:]:
        parent = at(item, path[:-1])
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
