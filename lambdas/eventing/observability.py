"""The logger and the traces of every function (Powertools), and what each line of log carries."""

import os
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from aws_lambda_powertools import Logger

from eventing.events import Event

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

logger = Logger()


def uncorrelate() -> None:
    """From here on, no line of log names an event, such as the one before in the batch."""
    logger.remove_keys(["correlation_id", "event_id", "detail_type"])


def correlate(event: Event) -> None:
    """From here on, every line of log names this event and the process it belongs to."""
    logger.append_keys(
        correlation_id=event.metadata.correlation_id,
        event_id=event.metadata.id,
        detail_type=event.detail_type,
    )


def traced(handler: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """The handler, with a trace of each invocation and of the AWS calls it makes, on Lambda.

    Elsewhere nothing listens, and it is the handler itself: the X-Ray SDK, once imported outside
    Lambda, makes a client of its own, which takes as long as all the rest of a function's imports.
    """
    if "LAMBDA_TASK_ROOT" not in os.environ:
        return handler
    from aws_lambda_powertools import Tracer

    # Every other library that the SDK could patch, it would try to import.
    return Tracer(patch_modules=["botocore"]).capture_lambda_handler(handler)
