"""The base of every contract, how versions are listed, and the field types that domains share."""

from collections.abc import Callable
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from msgspec import Meta

Location = Literal["us-west", "us-east", "eu-west", "eu-east"]
"""A place of business. What it decides (a currency, a queue, a tax) is for each domain to know."""

Currency = Literal["EUR", "USD"]

Identifier = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9_-]{1,64}(?!\n)$", description="a string of 1 to 64 of A-Z a-z 0-9 _ -"
    ),
]
"""Anything with an id: a key that is safe in a URL and in a table.

Python's `$` also matches before a trailing newline, which the lookahead refuses.
"""

MAX_MINOR = 9_007_199_254_740_991
"""The largest amount: the largest integer that every JSON reader holds exactly, 2**53 - 1."""

Minor = Annotated[int, Meta(ge=0, le=MAX_MINOR)]
"""Money in minor units (cents)."""


class Contract(msgspec.Struct, frozen=True, rename="camel"):
    """Base of everything on the wire: immutable, camelCase, unknown fields ignored."""


class Version(NamedTuple):
    """One version of one event, as its domain's module lists it in `EVENTS`.

    `upcast` turns this version's data into the next version's; the current version has none.
    """

    detail_type: str
    version: str
    data: type[Contract]
    upcast: Callable[[Any], Contract] | None = None
