"""Finds the rules of a bus that an event may match without trying each of them."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from routes.network.model import Hop

_KEYS = ("detail-type", "source")


class Dispatch:
    """The hops of one place by the literal detail-types, else the sources, that they name."""

    def __init__(self, hops: list[Hop]) -> None:
        self._named: dict[str, dict[str, list[Hop]]] = {key: defaultdict(list) for key in _KEYS}
        self._others: list[Hop] = []
        for hop in hops:
            self._add(hop)

    def candidates(self, event: dict[str, Any]) -> Iterator[Hop]:
        """Yields each hop that may match the event; every hop left out names another literal."""
        for key in _KEYS:
            value = event.get(key)
            if isinstance(value, str):
                yield from self._named[key].get(value, ())
        yield from self._others

    def _add(self, hop: Hop) -> None:
        for key in _KEYS:
            literals = literals_of(hop, key)
            if literals:
                for literal in literals:
                    self._named[key][literal].append(hop)
                return
        self._others.append(hop)


def literals_of(hop: Hop, key: str) -> set[str]:
    """Returns the only values of a top-level key that a hop takes; none if not literal."""
    if len(hop.filters) != 1 or hop.filters[0].scope != "event" or hop.filters[0].error:
        return set()
    found: set[str] = set()
    for alternative in hop.filters[0].alternatives:
        values = alternative.get(key)
        if values is None or not all(
            isinstance(value, str) and "⟨" not in value for value in values
        ):
            return set()
        found |= set(values)
    return found
