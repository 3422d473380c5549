"""The handler of every domain's function `sweep_outbox`: publishes what the publisher left behind.

It runs each minute, and says how old the oldest item is even when there is none: where nothing is
said, nothing runs.
"""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from eventing.aws import Client
from eventing.dynamodb import scan
from eventing.function import Handler, function
from eventing.observability import logger, metrics, observed
from eventing.publishing import NoEvent, Pending, Publisher, Settings

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

PATIENCE = timedelta(minutes=3)
"""How long the publisher has an item for itself."""

MOST = 1_000
"""Items that one run publishes; the next goes on."""


def make(settings: Settings, client: Client) -> Handler:
    """Publishes what is in the outbox for more than three minutes, the oldest first.

    What is no event is set aside, after the others.
    """
    publisher = Publisher(settings, client)

    @observed
    def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:  # noqa: ARG001
        now = datetime.now(UTC)
        pending: list[Pending] = []
        no_events: list[tuple[dict[str, Any], str]] = []
        for item in scan(client("dynamodb"), settings.outbox_name):
            try:
                pending.append(publisher.pending(item))
            except NoEvent as error:
                no_events.append((item, str(error)))
        pending.sort(key=lambda one: one.occurred_at)
        oldest = (now - pending[0].occurred_at).total_seconds() if pending else 0
        metrics.add_metric(name="OutboxAge", unit="Seconds", value=max(0, oldest))
        late = [one for one in pending if now - one.occurred_at > PATIENCE][:MOST]
        if late:
            left = publisher.publish(late)
            logger.warning("swept the outbox", published=len(late) - len(left), left=len(left))
        for item, reason in no_events:
            logger.error("no event", key=item["pk"], error=reason)
            publisher.set_aside(item, reason)
        return {"batchItemFailures": []}

    return handler


handler = function(make, Settings)
