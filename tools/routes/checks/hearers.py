"""Alarms whose topic nobody hears."""

from collections import Counter
from collections.abc import Iterator

from routes.checks.base import BY_HAND, SUBSCRIBED_KEY, Code, Context, Finding, finding

NOBODY_HEARS = Code(
    "N107",
    "warning",
    "An alarm whose topic nobody hears",
    "It rings, the topic takes it, and no one is told.",
    f'Subscribe someone to the topic; or, where that is done by hand, say "{SUBSCRIBED_KEY}": '
    f'"{BY_HAND}" in the metadata of the topic.',
    house=True,
)

CODES = [NOBODY_HEARS]


def check(context: Context) -> Iterator[Finding]:
    """Yields the findings about who hears alarms."""
    routes = context.routes
    told = Counter(hop.target for hop in routes.hops if hop.kind == "alarm")
    for topic, alarms in told.items():
        if topic.kind != "topic" or topic.resource is None or routes.hops_from(topic):
            continue
        if topic.resource.definition.get("Metadata", {}).get(SUBSCRIBED_KEY) == BY_HAND:
            continue
        which = f"{alarms} alarms tell" if alarms > 1 else "an alarm tells"
        yield finding(NOBODY_HEARS, topic.resource, f"{which} {topic.label}: nobody subscribes")
