"""The handler of every domain's function `publish_events`: publishes what comes into the outbox.

A stream record that cannot be published is reported as a partial batch failure. Lambda retries
from there until the record expires after a day; `eventing.sweeper` publishes what is left.
"""

from typing import TYPE_CHECKING, Any

from eventing.aws import Client
from eventing.dynamodb import from_item
from eventing.function import Handler, function
from eventing.observability import count_failed, logger, observed
from eventing.pending import NoEvent, Pending, pending
from eventing.publishing import Publisher, Settings

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def make(settings: Settings, client: Client) -> Handler:
    """Publishes each item of a batch of stream records; names those that it could not."""
    publisher = Publisher(settings, client)

    @observed
    def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:  # noqa: ARG001
        items: list[Pending] = []
        sequence_numbers: dict[str, str] = {}
        for record in event["Records"]:
            change = record["dynamodb"]
            item = from_item(change["NewImage"])
            sequence_numbers[item["pk"]] = change["SequenceNumber"]
            try:
                items.append(pending(item, settings.bus_name))
            except NoEvent as error:
                logger.exception("no event", key=item["pk"])
                publisher.set_aside(item, str(error))
        left, refused = publisher.publish(items)
        unpublished = len(event["Records"]) - len(items) + len(left) + len(refused)
        if unpublished:
            count_failed(unpublished)
        failed = sorted(sequence_numbers[key] for key in left)
        return {"batchItemFailures": [{"itemIdentifier": number} for number in failed]}

    return handler


handler = function(make, Settings)
