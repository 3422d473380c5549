"""Makes events that a pattern matches, for assemblies that come without examples."""

import ipaddress
import itertools
from collections.abc import Iterator
from typing import Any

from routes.filters.matching import any_matches, flatten
from routes.filters.model import Filter
from routes.network.model import Hop, Place

_MOST = 50


def witnesses(hop: Hop) -> Iterator[dict[str, Any]]:
    """Yields events that a rule matches: one per literal source and detail-type it names.

    A value that the templates leave open stands in them as its token. None come from a pattern
    that is invalid or that no event made here satisfies.
    """
    if hop.kind == "subscriber":
        yield _envelope(hop.source, "*", "*")
        return
    if len(hop.filters) != 1 or hop.filters[0].scope != "event":
        return
    one = hop.filters[0]
    if one.error:
        return
    yield from itertools.islice(_matching(one, hop.source), _MOST)


def _matching(one: Filter, bus: Place) -> Iterator[dict[str, Any]]:
    for alternative in one.alternatives:
        sources = _literals(alternative.get("source"))
        types = _literals(alternative.get("detail-type"))
        for source, detail_type in itertools.product(sources, types):
            event = _envelope(bus, source, detail_type)
            for path, values in alternative.items():
                if path in ("source", "detail-type") and "*" not in event[path]:
                    continue
                value = _satisfying(values[0])
                if value is not None:
                    _set(event, path.split("."), value)
            if any_matches(one.alternatives, flatten(event)):
                yield event


def _envelope(bus: Place, source: str, detail_type: str) -> dict[str, Any]:
    return {
        "version": "0",
        "id": "00000000-0000-0000-0000-000000000000",
        "source": source,
        "detail-type": detail_type,
        "account": bus.account,
        "time": "2026-01-01T00:00:00Z",
        "region": bus.region,
        "resources": [],
        "detail": {},
    }


def _literals(values: list[Any] | None) -> list[str]:
    found = [value for value in values or [] if isinstance(value, str)]
    return found or ["*"]


def _set(event: dict[str, Any], path: list[str], value: Any) -> None:
    node = event
    for key in path[:-1]:
        child = node.get(key)
        if not isinstance(child, dict):
            child = node[key] = {}
        node = child
    node[path[-1]] = value


def _satisfying(value: Any) -> Any:
    """A value that one of a pattern's values accepts; None for a field that must be absent."""
    if not isinstance(value, dict):
        return value
    ((operator, operand),) = list(value.items())[:1]
    if operator == "exists":
        return "any" if operand else None
    if operator == "numeric":
        return _number(operand)
    if operator == "cidr":
        return str(ipaddress.ip_network(operand, strict=False).network_address)
    if operator == "anything-but":
        return "~" if not isinstance(operand, int | float) else operand + 1
    if isinstance(operand, dict):
        operand = next(iter(operand.values()))
    return str(operand).replace("*", "") if operator == "wildcard" else operand


def _number(operand: list[Any]) -> float:
    bounds = dict(zip(operand[::2], operand[1::2], strict=True))
    if "=" in bounds:
        return float(bounds["="])
    low = bounds.get(">", bounds.get(">="))
    high = bounds.get("<", bounds.get("<="))
    if low is not None and high is not None:
        return float((low + high) / 2)
    if low is not None:
        return float(low + 1)
    return float(high) - 1 if high is not None else 0.0
