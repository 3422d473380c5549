"""Who gets which events of whom: what the event map says, by domain."""

from stacks.subscriptions import EVERYTHING, PUBLISHED, SUBSCRIPTIONS, Events
from stacks.topology import DOMAINS


def consumers_of(producer: str) -> dict[str, Events]:
    """What each consumer gets from a producer."""
    lines = [line for line in SUBSCRIPTIONS if line.producer == producer]
    gets = {
        consumer: Events(
            producer,
            tuple((one.detail_type, one.condition) for one in lines if one.consumer == consumer),
        )
        for consumer in dict.fromkeys(line.consumer for line in lines)
    }
    published = [detail_type for domain, detail_type in PUBLISHED if domain == producer]
    everything = Events.all_of(producer, *published)
    if published:
        gets |= {consumer: everything for consumer in EVERYTHING if consumer != producer}
    return gets


def observed_by(consumer: str) -> list[Events]:
    """What a consumer gets from each producer."""
    found = (consumers_of(producer).get(consumer) for producer in DOMAINS)
    return [events for events in found if events]
