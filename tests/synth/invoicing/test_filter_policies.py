"""Filter policies: each location's messages reach one queue, and the right one."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest
from moto.sns.utils import FilterPolicyMatcher

import contracts
from contracts.language.types import Location
from tests.synth.conftest import Templates
from tests.synth.template import Template, target

LOCATIONS = get_args(Location)
EVENTS = Path(contracts.__file__).parent / "examples" / "order-service"


def subscriptions(stack: Template, topic_name: str) -> dict[str, dict[str, Any]]:
    """The subscriptions of a topic, by the name of their queue."""
    queues = stack.of("AWS::SQS::Queue")
    topics = stack.of("AWS::SNS::Topic")
    return {
        queues[target(one["Endpoint"])]["QueueName"]: one
        for one in stack.of("AWS::SNS::Subscription").values()
        if topics[target(one["TopicArn"])]["TopicName"] == topic_name
    }


def receivers(
    of: dict[str, dict[str, Any]], message: str, attributes: dict[str, Any] | None = None
) -> list[str]:
    """The queues whose filter policy lets a message through."""
    return [
        queue
        for queue, one in of.items()
        if FilterPolicyMatcher(one["FilterPolicy"], one["FilterPolicyScope"]).matches(
            attributes, message
        )
    ]


def by_body(stack: Template, location: str) -> list[list[str]]:
    of = subscriptions(stack, "order-events")
    examples = sorted(EVENTS.rglob(f"*-{location}.json"))
    assert len(examples) >= 2
    return [receivers(of, path.read_text()) for path in examples]


def by_attributes(stack: Template, location: str) -> list[list[str]]:
    attributes = {"location": {"Type": "String", "Value": location}}
    return [receivers(subscriptions(stack, "documents"), "{}", attributes)]


@pytest.mark.parametrize("location", LOCATIONS)
@pytest.mark.parametrize(
    ("reached", "queue"), [(by_body, "{}-orders"), (by_attributes, "{}-archive")]
)
def test_a_location_reaches_just_the_queue_of_its_region(
    templates: Templates,
    reached: Callable[[Template, str], list[list[str]]],
    queue: str,
    location: str,
) -> None:
    expected = [queue.format(location[:2])]
    assert all(queues == expected for queues in reached(templates["invoicing"], location))


@pytest.mark.parametrize("location", ["ap-south", "EU-west", "xeu-west", ""])
def test_a_location_that_is_none_reaches_the_queue_of_the_unrouted_alone(
    templates: Templates, location: str
) -> None:
    stack = templates["invoicing"]
    assert by_attributes(stack, location) == [["documents-unrouted"]]
    event = {"detail": {"data": {"location": location}}}
    of = subscriptions(stack, "order-events")
    assert receivers(of, json.dumps(event)) == ["order-events-unrouted"]


def test_a_topic_that_a_rule_feeds_is_filtered_by_body_and_one_that_code_feeds_by_attributes(
    templates: Templates,
) -> None:
    stack = templates["invoicing"]
    scopes = {
        name: {one["FilterPolicyScope"] for one in subscriptions(stack, name).values()}
        for name in ("order-events", "documents")
    }
    assert scopes == {"order-events": {"MessageBody"}, "documents": {"MessageAttributes"}}
