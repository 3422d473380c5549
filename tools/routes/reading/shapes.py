"""Reads properties in the shape that CloudFormation takes, and says where they have another."""

import json
from typing import Any

from routes.reading.tokens import tokens

JsonObject = dict[str, Any]


class Malformed(ValueError):
    """A property has not the shape that its resource type takes, or the templates leave it open."""

    def __init__(self, name: str, expected: str, value: Any) -> None:
        self.is_open = isinstance(value, str) and bool(tokens(value))
        found = f"{value!r:.80}"
        super().__init__(f"{name} must be {expected}, it is {found}")


def an_object(name: str, value: Any) -> JsonObject:
    """Returns a JSON object, empty where there is none; raises Malformed for anything else."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Malformed(name, "an object", value)
    return value


def objects(name: str, value: Any) -> list[JsonObject]:
    """Returns a list of objects; one object counts as a list of one, as in a policy."""
    if value is None:
        return []
    items = value if isinstance(value, list) else [value]
    for item in items:
        if not isinstance(item, dict):
            raise Malformed(name, "a list of objects", item)
    return items


def optional_text(name: str, value: Any) -> str | None:
    """Returns a text, None where there is none; raises Malformed for anything else."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise Malformed(name, "a text", value)
    return value


def texts(name: str, value: Any) -> list[str]:
    """Returns a list of texts; one text counts as a list of one."""
    items = [] if value is None else value if isinstance(value, list) else [value]
    for item in items:
        if not isinstance(item, str):
            raise Malformed(name, "a list of texts", item)
    return items


def statements(name: str, document: Any) -> list[JsonObject]:
    """Returns the statements of a policy document, each with conditions in their shape."""
    found = objects(f"{name}.Statement", an_object(name, document).get("Statement"))
    for statement in found:
        for operator, keys in an_object("Condition", statement.get("Condition")).items():
            if not isinstance(keys, dict):
                raise Malformed(f"Condition.{operator}", "an object", keys)
    return found


def parsed(value: Any) -> Any:
    """Returns the JSON in a text; what is not JSON stays the text, for a check to name."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
