"""A filter on the way of an event: patterns, and the part of a message they are matched against."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from routes.filters.patterns import Alternative, compile_pattern

Scope = Literal["event", "body", "attributes", "record", "data", "metadata", "system metadata"]


@dataclass(eq=False)
class Filter:
    """Patterns of which one must match, and the part of the message they are matched against."""

    scope: Scope
    patterns: list[Any]

    @cached_property
    def alternatives(self) -> list[Alternative]:
        """The compiled patterns; raises ValueError for one that AWS would reject."""
        return [
            alternative for pattern in self.patterns for alternative in compile_pattern(pattern)
        ]

    @cached_property
    def error(self) -> str | None:
        """Why AWS would reject the filter, None where it would not."""
        try:
            _ = self.alternatives
        except ValueError as error:
            return str(error)
        return None
