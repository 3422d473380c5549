"""Policy documents within IAM's limits: one policy, in as many documents as its size asks for.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from deploy.errors import DeployError

MOST_CHARACTERS = 6144
"""Of a managed policy, white space not counted."""

MOST_POLICIES = 10
"""Managed policies of a role, unless its account's quota was raised."""

Statement = dict[str, Any]


def document(statements: Iterable[Statement]) -> str:
    """One policy document, as short as JSON can be."""
    return json.dumps(
        {"Version": "2012-10-17", "Statement": list(statements)}, separators=(",", ":")
    )


def documents(statements: Iterable[Statement]) -> list[str]:
    """The statements in as few documents as hold them. DeployError where they are too many."""
    packed: list[list[Statement]] = []
    parts = sorted((part for each in statements for part in _parts(each)), key=_size, reverse=True)
    for part in parts:
        roomy = (held for held in packed if _size(*held, part) <= MOST_CHARACTERS)
        held = next(roomy, None)
        if held is None:
            packed.append([part])
        else:
            held.append(part)
    if len(packed) > MOST_POLICIES:
        raise DeployError(
            f"the execution policy needs {len(packed)} managed policies, expected at most "
            f"{MOST_POLICIES}: give fewer resources names of their own, or use more accounts"
        )
    return [document(held) for held in packed]


def _parts(statement: Statement) -> Iterator[Statement]:
    """A statement that alone is too large, as several of fewer resources."""
    if _size(statement) <= MOST_CHARACTERS:
        yield statement
        return
    resources = statement["Resource"]
    if len(resources) < 2:
        raise DeployError(f"a statement is too large for a managed policy: {statement}")
    middle = len(resources) // 2
    for half in (resources[:middle], resources[middle:]):
        yield from _parts({**statement, "Resource": half})


def _size(*statements: Statement) -> int:
    return len(document(statements))
