"""Makes a Lambda handler of a function that consumes one event from a standard queue."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)

from eventing.events import Event, decode
from eventing.observability import correlate, logger, traced

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
    from aws_lambda_powertools.utilities.typing import LambdaContext

Handler = Callable[[dict[str, Any], "LambdaContext"], "PartialItemFailureResponse"]


def consumer(consume: Callable[[Event], None]) -> Handler:
    """The handler of a batch of messages that each hold one event: each is decoded and consumed.

    A message that is unreadable, or whose consumption raises, is named in the partial batch
    response; the others of the batch are done. https://docs.powertools.aws.dev/lambda/python/latest/utilities/batch/
    """
    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)

    def consume_record(record: "SQSRecord") -> None:
        try:
            event = decode(record.body)
            correlate(event)
            consume(event)
        except Exception:
            # Powertools names the message in its answer to Lambda, but logs no reason.
            logger.exception("not consumed", message_id=record.message_id)
            raise

    @logger.inject_lambda_context(clear_state=True)
    @traced
    @wraps(consume)
    def handler(batch: dict[str, Any], context: "LambdaContext") -> "PartialItemFailureResponse":
        return process_partial_response(batch, consume_record, processor, context)

    return handler
