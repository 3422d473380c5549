"""The transactional outbox: an event is an item of the outbox, written with the state it is about.

The outbox is a table of its own, in the same transaction. `eventing.publisher` deletes what the
bus has accepted: what is in the outbox is what is not published yet.
https://docs.aws.amazon.com/prescriptive-guidance/latest/cloud-design-patterns/transactional-outbox.html
"""

from typing import Any

from eventing.events import Event, detail_json
from eventing.observability import trace_of_invocation


def item(event: Event) -> dict[str, Any]:
    """The event as an item of the outbox, with the trace that it goes on with."""
    return {
        "pk": event.metadata.id,
        "source": event.source,
        "detailType": event.detail_type,
        "subject": event.metadata.subject,
        "detail": detail_json(event),
        "occurredAt": event.metadata.occurred_at.isoformat(),
        "traceHeader": event.trace or trace_of_invocation(),
    }
