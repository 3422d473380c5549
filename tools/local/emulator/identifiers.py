"""Identifiers are made without asking the operating system.

ministack 1.5.33 makes several UUIDs for each request, in the one loop that answers all. For each,
Python asks the operating system for random bytes, and lets other threads take the interpreter. This
can go when that loop is not what all wait for.
"""

import random
import uuid

_random = random.Random()
"""Seeded by the operating system."""


def install() -> None:
    """Makes UUIDs in this process of random bits of its own."""
    uuid.uuid4 = make


def make() -> uuid.UUID:
    """A random UUID."""
    return uuid.UUID(int=_random.getrandbits(128), version=4)
