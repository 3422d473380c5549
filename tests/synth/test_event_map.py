"""The event map and the rules: what the table says is what the templates route."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from moto.events.models import EventPattern

from contracts.language.catalog import CURRENT
from stacks.subscriptions import EVERYTHING, SOURCES, SUBSCRIPTIONS, UNOBSERVED
from stacks.topology import DOMAINS
from tests.synth import made_up
from tests.synth.conftest import Templates
from tests.synth.made_up import Extended
from tests.synth.template import Template, listed, references, target


class App:
    """The golden examples and the templates of an app."""

    def __init__(self, assembly: Path, templates: Templates) -> None:
        self.templates = templates
        published = {each for one in templates.values() for each in one.events("publishes")}
        examples = map(Path.read_text, sorted((assembly / "examples").rglob("*.json")))
        self.examples = [one for one in map(json.loads, examples) if kind(one) in published]

    def producer(self, event: dict[str, Any]) -> Template:
        """The template of the domain that publishes an event."""
        (found,) = [
            one for one in self.templates.values() if kind(event) in one.events("publishes")
        ]
        return found

    def subscribers(self, event: dict[str, Any], *, keeping: bool = True) -> set[str]:
        """The domains that say that they subscribe to an event, by its type and its content.

        Without those that keep whatever there is, if `keeping` is False.
        """
        return {
            domain
            for domain, stack in self.templates.items()
            for line in stack.said["subscribes"]
            if kind(line) == kind(event) and matches(line.get("where", {}), event)
            if keeping or not line.get("keeps")
        }


@pytest.fixture(params=["ours", "with a domain more"])
def app(request: pytest.FixtureRequest, assembly: Path, templates: Templates) -> App:
    """The app as it is, and with a domain more."""
    if request.param == "ours":
        return App(assembly, templates)
    extended: Extended = request.getfixturevalue("extended")
    return App(extended.assembly, request.getfixturevalue("extended_templates"))


def kind(event: dict[str, Any]) -> tuple[str, str]:
    return event["source"], event["detail-type"]


def matches(pattern: dict[str, Any], event: dict[str, Any]) -> bool:
    """Whether an event matches a pattern, whose alternatives are at its top, where it has any."""
    if "$or" in pattern:
        rest = {name: value for name, value in pattern.items() if name != "$or"}
        return any(matches(rest | one, event) for one in pattern["$or"])
    return EventPattern.load(json.dumps(pattern)).matches_event(event)  # type: ignore[arg-type]


def forwarding_rules(stack: Template, event: dict[str, Any]) -> Counter[str]:
    """By ARN of another bus, how many targets of rules of a domain forward an event there."""
    return Counter(
        to["Arn"]
        for rule in stack.of("AWS::Events::Rule").values()
        if "EventPattern" in rule and matches(rule["EventPattern"], event)
        for to in rule["Targets"]
        if isinstance(to["Arn"], str) and ":event-bus/" in to["Arn"]
    )


def test_there_is_an_example_of_every_event_that_is_published(app: App) -> None:
    published = {each for stack in app.templates.values() for each in stack.events("publishes")}
    assert {kind(event) for event in app.examples} >= published


def test_an_event_is_forwarded_by_one_rule_to_each_of_those_who_subscribe_to_it(app: App) -> None:
    for event in app.examples:
        subscribers = [app.templates[domain] for domain in app.subscribers(event)]
        forwarded = forwarding_rules(app.producer(event), event)
        assert forwarded == {
            f"arn:aws:events:{one.region}:{one.account}:event-bus/{one.said['bus']}": 1
            for one in subscribers
        }


def test_some_event_is_meant_for_nobody_though_others_of_its_type_are(app: App) -> None:
    to = {id(one): app.subscribers(one, keeping=False) for one in app.examples}
    meant = {kind(event) for event in app.examples if to[id(event)]}
    assert [one for one in app.examples if kind(one) in meant and not to[id(one)]]


def test_what_a_consumer_is_sent_it_delivers_once_and_never_forwards_again(app: App) -> None:
    """Who keeps whatever there is delivers it once to each of its targets."""
    for event in app.examples:
        for domain in app.subscribers(event):
            consumer = app.templates[domain]
            assert not forwarding_rules(consumer, event)
            delivered = [
                target(to["Arn"])
                for rule in consumer.of("AWS::Events::Rule").values()
                if "source" in rule.get("EventPattern", {}) and matches(rule["EventPattern"], event)
                for to in rule["Targets"]
            ]
            assert len(delivered) == len(set(delivered)), (domain, kind(event))
            several = domain not in app.subscribers(event, keeping=False)
            assert several or len(delivered) == 1, (domain, kind(event))
            assert delivered


def test_every_subscription_is_allowed_to_rules_and_to_redelivery_and_nothing_else_is(
    app: App,
) -> None:
    publishers = {
        event: stack for stack in app.templates.values() for event in stack.events("publishes")
    }
    for stack in app.templates.values():
        allowed = Counter(
            (policy["Statement"]["Principal"]["AWS"], equal["events:source"], detail_type, how)
            for policy in stack.of("AWS::Events::EventBusPolicy").values()
            for equal in [policy["Statement"]["Condition"]["StringEquals"]]
            for detail_type in listed(equal["events:detail-type"])
            for how in policy["Statement"]["Condition"].keys() - {"StringEquals", "Null"}
        )
        assert allowed == {
            (f"arn:aws:iam::{publishers[event].account}:root", *event, how): 1
            for event in stack.events("subscribes")
            for how in ("Bool", "ArnEquals")
        }


def test_an_event_is_published_by_one_domain_and_observed_or_declared_as_unobserved(
    app: App,
) -> None:
    observed = {
        kind(one)
        for stack in app.templates.values()
        for one in stack.said["subscribes"]
        if not one.get("keeps")
    }
    published: list[tuple[str, str]] = []
    for stack in app.templates.values():
        for event in stack.said["publishes"]:
            published.append(kind(event))
            assert event.get("unobserved", False) is (kind(event) not in observed)
    assert sorted(set(published)) == sorted(published)
    assert observed <= set(published)


@pytest.mark.parametrize("domain", DOMAINS)
def test_a_template_says_what_the_event_map_says_of_its_domain(
    templates: Templates, domain: str
) -> None:
    stack = templates[domain]
    assert stack.said["domain"] == domain
    assert stack.events("publishes") == {
        (event.source, event.detail_type) for event in CURRENT.values() if event.domain == domain
    }
    said = [(*kind(one), one.get("where")) for one in stack.said["subscribes"]]
    meant = [
        (SOURCES[line.producer], line.detail_type, line.condition and line.condition.pattern)
        for line in SUBSCRIPTIONS
        if line.consumer == domain
    ]
    if domain in EVERYTHING:
        meant = [(event.source, event.detail_type, None) for event in CURRENT.values()]
    assert sorted(said, key=str) == sorted(meant, key=str)
    unobserved = {one["detail-type"] for one in stack.said["publishes"] if "unobserved" in one}
    assert unobserved == {line.detail_type for line in UNOBSERVED if line.producer == domain}


def test_a_domain_more_says_the_same_way_what_it_publishes_and_observes(
    extended_templates: Templates,
) -> None:
    stack = extended_templates[made_up.DOMAIN]
    ((source, _),) = stack.events("publishes")
    (table,) = references(stack.body["Outputs"]["OutboxName"]["Value"])
    assert stack.said == {
        "domain": made_up.DOMAIN,
        "bus": made_up.DOMAIN,
        "publishes": [
            {"source": source, "detail-type": made_up.EVENT, "unobserved": True},
        ],
        "subscribes": [
            {"source": SOURCES[made_up.PRODUCER], "detail-type": made_up.OBSERVED},
        ],
        "requests": [],
        "outbox": {"table": table},
    }


def test_rules_of_events_stand_on_the_bus_of_their_own_domain(stack: Template) -> None:
    entered = {(one["bus"], one["source"]) for one in stack.said.get("receives", [])}
    rules = stack.of("AWS::Events::Rule").values()
    for rule in [one for one in rules if "EventPattern" in one]:
        source = rule["EventPattern"].get("source", [None])[0]
        bus = rule["EventBusName"]
        of_aws = (bus, source) == ("default", "aws.cloudwatch")
        assert bus in (stack.said["bus"], {"Ref": stack.bus}) or (bus, source) in entered or of_aws
