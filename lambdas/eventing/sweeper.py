"""The handler of every domain's function `sweep_outbox`: publishes what the publisher left behind.

It runs each minute, and says how old the oldest item is even when there is none: where nothing is
said, nothing runs.
"""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from eventing.aws import Client
from eventing.dynamodb import pages
from eventing.function import Handler, function
from eventing.observability import logger, metrics, observed
from eventing.pending import NoEvent, Pending, pending
from eventing.publishing import Publisher, Settings

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

PATIENCE = timedelta(minutes=3)
"""How long the publisher has an item for itself."""

AT_ONCE = 50
"""Items between two looks at the time that is left."""

ENOUGH_MS = 5_000
"""With less time left a run begins nothing more: an attempt that hangs ends after 4 seconds."""

NoEvents = list[tuple[dict[str, Any], str]]


def make(settings: Settings, client: Client) -> Handler:
    """Publishes what is in the outbox for more than three minutes, page by page, of each the oldest
    first, while there is time: what is published is gone, and the next run gets further.

    What is no event is set aside, after the others.
    """
    publisher = Publisher(settings, client)

    @observed
    def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:  # noqa: ARG001
        now, age, no_events = datetime.now(UTC), 0.0, NoEvents()
        for page in pages(client("dynamodb"), settings.outbox_name):
            items = _read(page, settings.bus_name, no_events)
            age = max([age, *((now - one.occurred_at).total_seconds() for one in items)])
            late = [one for one in items if now - one.occurred_at > PATIENCE]
            for start in range(0, len(late), AT_ONCE):
                if _has_time(context):
                    some = late[start : start + AT_ONCE]
                    left = len(publisher.publish(some).left)
                    logger.warning("swept the outbox", published=len(some) - left, left=left)
            if not _has_time(context):
                logger.warning("out of time: the next run goes on")
                break
        metrics.add_metric(name="OutboxAge", unit="Seconds", value=age)
        for item, reason in no_events:
            if _has_time(context):
                logger.error("no event", key=item["pk"], error=reason)
                publisher.set_aside(item, reason)
        return {"batchItemFailures": []}

    return handler


def _has_time(context: "LambdaContext") -> bool:
    return context.get_remaining_time_in_millis() >= ENOUGH_MS


def _read(page: list[dict[str, Any]], bus_name: str, no_events: NoEvents) -> list[Pending]:
    """What is to be published of a page, the oldest first."""
    items: list[Pending] = []
    for item in page:
        try:
            items.append(pending(item, bus_name))
        except NoEvent as error:
            no_events.append((item, str(error)))
    return sorted(items, key=lambda one: one.occurred_at)


handler = function(make, Settings)
