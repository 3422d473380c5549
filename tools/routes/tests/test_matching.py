"""The matcher agrees with AWS's own engine, operator by operator."""

import json
from pathlib import Path
from typing import Any

import pytest

from routes.filters.matching import matches
from routes.filters.patterns import compile_pattern

CASES = [
    json.loads(line)
    for line in Path(__file__).with_name("conformance.jsonl").read_text().splitlines()
]
_OPERATORS = {
    "anything-but",
    "cidr",
    "equals-ignore-case",
    "exactly",
    "exists",
    "numeric",
    "prefix",
    "suffix",
    "wildcard",
    "$or",
}


def keys(node: Any) -> set[str]:
    if isinstance(node, dict):
        return set(node).union(*(keys(value) for value in node.values()))
    return set().union(*(keys(item) for item in node)) if isinstance(node, list) else set()


@pytest.mark.parametrize(
    ("pattern", "event", "verdict"), [pytest.param(*c[1:], id=c[0]) for c in CASES]
)
def test_the_verdict_is_the_engines(pattern: Any, event: Any, verdict: Any) -> None:
    if verdict == "rejected":
        with pytest.raises(ValueError, match=r"\w"):
            matches(pattern, event)
    else:
        assert matches(pattern, event) is verdict


def test_every_operator_has_cases_that_match_miss_and_are_rejected() -> None:
    for operator in _OPERATORS - {"exactly"}:
        verdicts = {str(verdict) for _, pattern, _, verdict in CASES if operator in keys(pattern)}
        assert verdicts == {"True", "False", "rejected"}, operator


def test_a_pattern_of_more_than_a_thousand_combinations_is_rejected() -> None:
    branch = [{f"f{n}": ["x"]} for n in range(11)]
    pattern = {name: {"$or": branch} for name in ("a", "b", "c")}
    with pytest.raises(ValueError, match="1000 rule combinations"):
        compile_pattern(pattern)


def test_a_pattern_of_more_than_256_fields_is_rejected() -> None:
    with pytest.raises(ValueError, match="256 fields"):
        compile_pattern({f"f{n}": ["x"] for n in range(257)})


def test_a_rejection_names_the_field() -> None:
    with pytest.raises(ValueError, match=r"detail\.total: "):
        compile_pattern({"detail": {"total": [{"numeric": [">"]}]}})


def test_an_event_that_is_no_object_is_refused() -> None:
    with pytest.raises(ValueError, match="an event must be a JSON object, not list"):
        matches({"a": [1]}, [])  # type: ignore[arg-type]
