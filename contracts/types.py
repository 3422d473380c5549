"""The base of every contract and the field types that domains share."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Location = Literal["us-west", "us-east", "eu-west", "eu-east"]
"""Where an order was placed. Decides the currency, the queue and the tax jurisdiction."""

Currency = Literal["EUR", "USD"]

Identifier = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9_-]{1,64}(?!\n)$", description="a string of 1 to 64 of A-Z a-z 0-9 _ -"
    ),
]
"""A customer, an order, a stock keeping unit: a key that is safe in a URL and in a table.

Python's `$` also matches before a trailing newline, which the lookahead refuses.
"""

MAX_MINOR = 9_007_199_254_740_991
"""The largest amount: the largest integer that every JSON reader holds exactly, 2**53 - 1."""

Minor = Annotated[int, Meta(ge=0, le=MAX_MINOR)]
"""Money in minor units (cents)."""


class Contract(msgspec.Struct, frozen=True, rename="camel"):
    """Base of everything on the wire: immutable, camelCase, unknown fields ignored."""
