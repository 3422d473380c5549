"""The event map and the rules: what the table says is what the templates route."""

import json
from pathlib import Path
from typing import Any

import pytest
from moto.events.models import EventPattern

import contracts
from contracts.language.catalog import CURRENT
from stacks.subscriptions import SOURCES, SUBSCRIPTIONS
from tests.synth.conftest import Templates
from tests.synth.template import Template

EXAMPLES = [
    json.loads(path.read_text())
    for path in sorted((Path(contracts.__file__).parent / "examples").rglob("*.json"))
]


def matches(pattern: dict[str, Any], event: dict[str, Any]) -> bool:
    return EventPattern.load(json.dumps(pattern)).matches_event(event)  # type: ignore[arg-type]


def forwarded(producer: Template, event: dict[str, Any]) -> set[str]:
    """The domains to whose buses the rules of a producer forward an event."""
    return {
        to["Arn"].rpartition("/")[2]
        for rule in producer.of("AWS::Events::Rule").values()
        if matches(rule["EventPattern"], event)
        for to in rule["Targets"]
        if isinstance(to["Arn"], str) and ":event-bus/" in to["Arn"]
    }


@pytest.mark.parametrize("event", EXAMPLES, ids=lambda event: event["detail-type"])
def test_an_event_is_forwarded_to_just_those_who_subscribe_to_it(
    templates: Templates, event: dict[str, Any]
) -> None:
    (producer,) = [domain for domain, source in SOURCES.items() if source == event["source"]]
    subscribers = {
        line.consumer
        for line in SUBSCRIPTIONS
        if (line.producer, line.detail_type) == (producer, event["detail-type"])
    }
    assert forwarded(templates[producer], event) == subscribers


def test_every_subscription_is_allowed_by_the_consumers_bus(templates: Templates) -> None:
    allowed = {
        (domain, equal["events:source"], detail_type)
        for domain, stack in templates.items()
        for policy in stack.of("AWS::Events::EventBusPolicy").values()
        for equal in [policy["Statement"]["Condition"]["StringEquals"]]
        for detail_type in equal["events:detail-type"]
    }
    assert allowed == {
        (line.consumer, SOURCES[line.producer], line.detail_type) for line in SUBSCRIPTIONS
    }


@pytest.mark.parametrize("event", EXAMPLES, ids=lambda event: event["detail-type"])
def test_what_a_consumer_is_sent_it_delivers_and_never_forwards_again(
    templates: Templates, event: dict[str, Any]
) -> None:
    for line in SUBSCRIPTIONS:
        if (SOURCES[line.producer], line.detail_type) == (event["source"], event["detail-type"]):
            consumer = templates[line.consumer]
            assert forwarded(consumer, event) == set()
            delivering = [
                rule
                for rule in consumer.of("AWS::Events::Rule").values()
                if matches(rule["EventPattern"], event) and "source" in rule["EventPattern"]
            ]
            assert len(delivering) == 1


def test_a_template_says_what_its_domain_publishes_and_subscribes_to(stack: Template) -> None:
    said = stack.body["Metadata"]["crossbus"]
    published = {(event["source"], event["detail-type"]) for event in said["publishes"]}
    assert published == {
        (event.source, event.detail_type)
        for event in CURRENT.values()
        if event.domain == stack.domain
    }
    subscribed = {(event["source"], event["detail-type"]) for event in said["subscribes"]}
    assert subscribed == {
        (SOURCES[line.producer], line.detail_type)
        for line in SUBSCRIPTIONS
        if line.consumer == stack.domain
    }


def test_rules_of_one_bus_stand_on_the_bus_of_their_own_domain(stack: Template) -> None:
    (bus,) = stack.of("AWS::Events::EventBus")
    for rule in stack.of("AWS::Events::Rule").values():
        assert rule["EventBusName"] in (stack.domain, {"Ref": bus})
