"""The golden examples of the contracts: whole events, as a rule's target receives them."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from contracts.language import schemas
from contracts.language.catalog import CATALOG

EXAMPLES = Path(schemas.__file__).parents[1] / "examples"


@cache
def bodies() -> tuple[str, ...]:
    """Every example, in the order of their paths."""
    return tuple(path.read_text() for path in sorted(EXAMPLES.rglob("*.json")))


def examples() -> list[dict[str, Any]]:
    """Every example, decoded from JSON."""
    return [json.loads(body) for body in bodies()]


def golden(detail_type: str, **metadata: str) -> str:
    """The first example of the event's current version, with this in its metadata.

    LookupError if there is none.
    """
    current = {(kind.detail_type, kind.version) for kind in CATALOG if kind.is_current}
    for example in examples():
        found = (example["detail-type"], example["detail"]["metadata"]["version"])
        if found[0] == detail_type and found in current:
            example["detail"]["metadata"] |= metadata
            return json.dumps(example)
    raise LookupError(f"contracts/examples has none of {detail_type}")


def some_event(**metadata: str) -> str:
    """An event of any domain, for tests of what reads them all."""
    return golden(next(kind.detail_type for kind in CATALOG if kind.is_current), **metadata)
