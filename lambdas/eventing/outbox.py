"""The transactional outbox: an event is an item of its domain's table, written with its state.

The table's stream brings the item to `eventing.publisher`. The item outlives its publication, so
that it can be published again by touching it, until DynamoDB's time to live removes it.
https://docs.aws.amazon.com/prescriptive-guidance/latest/cloud-design-patterns/transactional-outbox.html
"""

from datetime import timedelta
from typing import Any

from eventing.events import Event, detail_json

KEY_PREFIX = "EVENT#"
KEPT = timedelta(days=7)


def item(event: Event) -> dict[str, Any]:
    """The event as an item of the outbox."""
    occurred_at = event.metadata.occurred_at
    return {
        "pk": f"{KEY_PREFIX}{event.metadata.id}",
        "source": event.source,
        "detailType": event.detail_type,
        "subject": event.metadata.subject,
        "detail": detail_json(event),
        "occurredAt": occurred_at.isoformat(),
        "expiresAt": int((occurred_at + KEPT).timestamp()),
    }
