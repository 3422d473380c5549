"""SNS: what a topic delivers to its subscriptions."""

from collections.abc import Iterator
from typing import Any

from routes.filters.model import Filter, Scope
from routes.network.model import Hop
from routes.network.movers.base import Reader
from routes.network.places import Places
from routes.reading.assembly import Resource
from routes.reading.shapes import an_object, objects, optional_text, parsed

SNS = "sns.amazonaws.com"
_FOLLOWED = (None, "sqs", "lambda", "firehose")


def _topic(topic: Resource, places: Places) -> Iterator[Hop]:
    """Each subscription that stands in the topic itself."""
    for subscription in objects("Subscription", topic.get("Subscription")):
        yield _subscribed(topic, places, topic.arn, subscription)


def _subscription(subscription: Resource, places: Places) -> Iterator[Hop]:
    """The endpoint gets what the filter policy lets through."""
    yield _subscribed(subscription, places, subscription.get("TopicArn"), subscription.properties)


def _subscribed(resource: Resource, places: Places, topic: Any, settings: dict[str, Any]) -> Hop:
    policy = settings.get("FilterPolicy")
    scope: Scope = "body" if settings.get("FilterPolicyScope") == "MessageBody" else "attributes"
    redrive = an_object("RedrivePolicy", parsed(settings.get("RedrivePolicy") or {}))
    protocol, endpoint = settings.get("Protocol"), settings.get("Endpoint")
    source = places.at(topic, resource.stack)
    is_place = protocol in _FOLLOWED
    return Hop(
        "subscription",
        source,
        places.at(endpoint, resource.stack) if is_place else places.endpoint(protocol, endpoint),
        resource,
        [Filter(scope, [parsed(policy)])] if policy else [],
        role=optional_text("SubscriptionRoleArn", settings.get("SubscriptionRoleArn")),
        dead_letter=optional_text("RedrivePolicy", redrive.get("deadLetterTargetArn")),
        settings=settings,
        service=SNS,
        sender=source.arn,
    )


READERS: dict[str, Reader] = {
    "AWS::SNS::Subscription": _subscription,
    "AWS::SNS::Topic": _topic,
}
