"""What a domain's template says of it: what it publishes, and what it subscribes to.

The tools read it from the cloud assembly, and know nothing else of the domains.
"""

from typing import Any

from contracts.language.catalog import CURRENT
from stacks.observers import observed_by
from stacks.subscriptions import EVERYTHING, UNOBSERVED


def event_map(domain: str) -> dict[str, Any]:
    """The metadata `crossbus` of a domain's template. `requests` is for its API to fill."""
    return {
        "domain": domain,
        "bus": domain,
        "publishes": [
            {"source": event.source, "detail-type": event.detail_type}
            | ({"unobserved": True} if (domain, event.detail_type) in UNOBSERVED else {})
            for event in CURRENT.values()
            if event.domain == domain
        ],
        "subscribes": [
            {"source": events.source, "detail-type": detail_type}
            | ({"where": condition.pattern} if condition else {})
            | ({"keeps": True} if domain in EVERYTHING else {})
            for events in observed_by(domain)
            for detail_type, condition in events.kinds
        ],
        "requests": [],
    }
