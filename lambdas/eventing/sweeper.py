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
from eventing.publishing import Publisher, Settings

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

PATIENCE = timedelta(minutes=3)
"""How long the publisher has an item for itself."""

MOST = 1_000
"""Items that one run publishes; the next goes on."""


def make(settings: Settings, client: Client) -> Handler:
    """Publishes what is in the outbox for more than three minutes, the oldest first."""
    publisher = Publisher(settings, client)

    @observed
    def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:  # noqa: ARG001
        now = datetime.now(UTC)
        items = scan(client("dynamodb"), settings.outbox_name)
        found = sorted(
            ((now - datetime.fromisoformat(item["occurredAt"]), item) for item in items),
            key=lambda one: one[0],
            reverse=True,
        )
        oldest = found[0][0].total_seconds() if found else 0
        metrics.add_metric(name="OutboxAge", unit="Seconds", value=max(0, oldest))
        late = [publisher.pending(item) for age, item in found if age > PATIENCE][:MOST]
        if late:
            left = publisher.publish(late)
            logger.warning("swept the outbox", published=len(late) - len(left), left=len(left))
        return {"batchItemFailures": []}

    return handler


handler = function(make, Settings)
