"""What SNS may not catch as unrouted cannot come: see FilteredTopic in stacks/building_blocks."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from contracts.language.catalog import CATALOG
from eventing.events import UnreadableEvent, decode
from tests.synth.template import Template, target
from tests.unit.golden import examples

Event = dict[str, Any]


def paths(policy: dict[str, Any]) -> Iterator[list[str]]:
    """The paths that a filter policy has conditions at."""
    for name, inner in policy.items():
        if isinstance(inner, dict):
            yield from ([name, *path] for path in paths(inner))
        else:
            yield [name]


def topics_of(stack: Template, scope: str) -> dict[str, set[tuple[str, ...]]]:
    """The topics that are filtered by this scope, and the paths that they are filtered at."""
    found: dict[str, set[tuple[str, ...]]] = {}
    for one in stack.of("AWS::SNS::Subscription").values():
        if one["FilterPolicyScope"] == scope:
            at = found.setdefault(target(one["TopicArn"]), set())
            at |= {tuple(path) for path in paths(one["FilterPolicy"])}
    return found


def fed_by(stack: Template, topic: str) -> list[dict[str, Any]]:
    """The patterns of the rules that deliver to a topic."""
    return [
        rule["EventPattern"]
        for rule in stack.of("AWS::Events::Rule").values()
        for to in rule["Targets"]
        if not isinstance(to["Arn"], str) and target(to["Arn"]) == topic
    ]


def without(event: Event, path: tuple[str, ...]) -> Event:
    """The event without what is at a path."""
    less = deepcopy(event)
    inner = less
    for name in path[:-1]:
        inner = inner[name]
    del inner[path[-1]]
    return less


def test_no_contract_has_an_event_without_the_field_that_its_topic_is_filtered_at(
    stack: Template,
) -> None:
    for topic, filtered_at in topics_of(stack, "MessageBody").items():
        patterns = fed_by(stack, topic)
        assert patterns
        for pattern in patterns:
            kinds = {(kind.source, kind.detail_type) for kind in CATALOG}
            assert {(pattern["source"][0], each) for each in pattern["detail-type"]} <= kinds
            fed = [one for one in examples() if one["detail-type"] in pattern["detail-type"]]
            assert {one["detail-type"] for one in fed} == set(pattern["detail-type"])
            for event in fed:
                for path in filtered_at:
                    for length in range(1, len(path) + 1):
                        with pytest.raises(UnreadableEvent):
                            decode(json.dumps(without(event, path[:length])))


def test_no_rule_feeds_a_topic_that_is_filtered_by_attributes(stack: Template) -> None:
    for topic in topics_of(stack, "MessageAttributes"):
        assert fed_by(stack, topic) == []
