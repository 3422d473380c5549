"""Makes a Lambda handler of a function that consumes one event from a standard queue."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from eventing.events import Event, decode
from eventing.function import Handler
from eventing.observability import correlate, logger, traced, uncorrelate

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def consumer(consume: Callable[[Event], None]) -> Handler:
    """The handler of a batch of messages that each hold one event: each is decoded and consumed.

    A message that is unreadable, or whose consumption raises, is named in the partial batch
    response; the others of the batch are done.
    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
    """

    @logger.inject_lambda_context(clear_state=True)
    @traced
    @wraps(consume)
    def handler(batch: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:  # noqa: ARG001
        failed = []
        for record in batch["Records"]:
            message_id = record["messageId"]
            uncorrelate()
            try:
                event = decode(record["body"])
                correlate(event)
                consume(event)
            except Exception:
                logger.exception("not consumed", message_id=message_id)
                failed.append({"itemIdentifier": message_id})
        return {"batchItemFailures": failed}

    return handler
