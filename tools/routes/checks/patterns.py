"""Patterns that AWS refuses, that can never match, or that match otherwise than they read."""

import difflib
import json
from collections.abc import Iterator
from typing import Any

from routes.checks.base import Code, Context, Finding, finding
from routes.filters.matching import flatten
from routes.filters.model import Filter
from routes.filters.patterns import Alternative
from routes.network.model import Hop

INVALID_PATTERN = Code(
    "P201",
    "error",
    "A pattern that AWS refuses",
    "CloudFormation fails on it in the middle of a deployment.",
    "Correct what the message names.",
)
NO_SUCH_FIELD = Code(
    "P202",
    "error",
    "A pattern asks for a field that events do not have",
    "The envelope's fields are fixed; a rule on any other never matches, without an error.",
    "Use the field that the message suggests; an event's own data are under detail.",
)
EXISTS_IN_ARRAY = Code(
    "P203",
    "warning",
    "`exists: false` below an array of objects",
    "It is met only if no element has the field, not if one element lacks it.",
    "Publish a field that says what is meant, and match that.",
)
WIDE_CIDR = Code(
    "P204",
    "warning",
    "A CIDR block of /0",
    "It matches every address, most of the other family too, as if nothing were filtered.",
    "Name the block that is meant, or leave the field out.",
)
DOTTED_KEY = Code(
    "P205",
    "warning",
    "A dotted key",
    "EventBridge reads it as a path into nested objects; other readers take it as one name.",
    "Write nested objects.",
)
TOO_LARGE = Code(
    "P206",
    "error",
    "A pattern of more than 2,048 characters",
    "EventBridge refuses it (a quota that AWS can raise on request).",
    "Split the rule, or match a prefix in place of a list.",
)

CODES = [INVALID_PATTERN, NO_SUCH_FIELD, EXISTS_IN_ARRAY, WIDE_CIDR, DOTTED_KEY, TOO_LARGE]

_ENVELOPE = (
    "account",
    "detail",
    "detail-type",
    "id",
    "region",
    "replay-name",
    "resources",
    "source",
    "time",
    "version",
)
_MAX_CHARACTERS = 2048


def check(context: Context) -> Iterator[Finding]:
    """Yields the findings about patterns of rules, archives, mappings, pipes and subscribers."""
    arrays = _paths_of_arrays(context)
    seen: set[Filter] = set()
    for hop in context.routes.hops:
        for one in hop.filters:
            if one not in seen:
                seen.add(one)
                yield from _pattern(hop, one, arrays)


def _pattern(hop: Hop, one: Filter, arrays: set[str]) -> Iterator[Finding]:
    if hop.kind != "subscription" and one.error:
        yield finding(INVALID_PATTERN, hop.resource, one.error)
    for pattern in one.patterns:
        for key in _dotted_keys(pattern):
            yield finding(DOTTED_KEY, hop.resource, f'the key "{key}" has a dot')
        if one.scope == "event" and len(_compact(pattern)) > _MAX_CHARACTERS:
            message = f"the pattern has {len(_compact(pattern))} characters"
            yield finding(TOO_LARGE, hop.resource, message)
    if one.error:
        return
    for alternative in one.alternatives:
        if one.scope == "event":
            yield from _unknown_fields(hop, alternative)
        for path, values in alternative.items():
            yield from _risky(hop, path, values, arrays)


def _unknown_fields(hop: Hop, alternative: Alternative) -> Iterator[Finding]:
    for path, values in alternative.items():
        field = path.split(".")[0]
        if field in _ENVELOPE or any(_is_absence(value) for value in values):
            continue
        close = difflib.get_close_matches(field.lower(), _ENVELOPE, n=1, cutoff=0.7)
        hint = f": did you mean {close[0]}?" if close else f": did you mean detail.{path}?"
        yield finding(NO_SUCH_FIELD, hop.resource, f"events have no field {field}{hint}")


def _risky(hop: Hop, path: str, values: list[Any], arrays: set[str]) -> Iterator[Finding]:
    parents = {path.rsplit(".", depth)[0] for depth in range(1, path.count(".") + 1)}
    if any(_is_absence(value) for value in values) and parents & arrays:
        array = max(parents & arrays)
        message = f"{path} must be absent from every element of {array}, not from one"
        yield finding(EXISTS_IN_ARRAY, hop.resource, message)
    for value in values:
        block = value.get("cidr") if isinstance(value, dict) else None
        if isinstance(block, str) and block.partition("/")[2].lstrip("+-0") == "":
            yield finding(WIDE_CIDR, hop.resource, f"{path}: {block} matches every address")


def _is_absence(value: Any) -> bool:
    return isinstance(value, dict) and value.get("exists") is False


def _dotted_keys(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if "." in key:
                yield key
            yield from _dotted_keys(value)
    elif isinstance(node, list):
        for item in node:
            if isinstance(item, dict) and not _is_operator(item):
                yield from _dotted_keys(item)


def _is_operator(item: dict[str, Any]) -> bool:
    return len(item) == 1 and not isinstance(next(iter(item.values())), dict | list)


def _paths_of_arrays(context: Context) -> set[str]:
    """The paths at which the examples hold arrays of objects."""
    found: set[str] = set()
    for example in context.examples:
        for path, fields in flatten(example.event).items():
            if any(field.membership for field in fields):
                parts = path.split(".")
                found |= {
                    prefix
                    for end in range(1, len(parts))
                    if _is_array(example.event, parts[:end])
                    for prefix in [".".join(parts[:end])]
                }
    return found


def _is_array(event: Any, path: list[str]) -> bool:
    node = event
    for key in path:
        if isinstance(node, list):
            node = node[0] if node else None
        node = node.get(key) if isinstance(node, dict) else None
    return isinstance(node, list)


def _compact(pattern: Any) -> str:
    return json.dumps(pattern, separators=(",", ":"))
