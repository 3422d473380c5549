"""The logger, the metrics and the traces of every function.

Logs and metrics are Powertools'. Traces are Lambda's own (active tracing): the X-Ray SDK is in
maintenance, and importing it cost a third of a cold start. What goes on is the trace header: an
event carries that of the message or request that led to it, through the outbox, onto the bus.
https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
"""

import os
import warnings
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger, Metrics

from eventing.events import About

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    Handler = Callable[[dict[str, Any], LambdaContext], dict[str, Any]]

# An invocation without metrics is no mistake, and a warning of it would be a line of log.
warnings.filterwarnings("ignore", "No application metrics to publish")

logger = Logger()
metrics = Metrics(namespace="Crossbus")


def observed(handler: "Handler") -> "Handler":
    """The handler, with each line of log naming its invocation, and its metrics written after."""

    @logger.inject_lambda_context(clear_state=True)
    @metrics.log_metrics
    @wraps(handler)
    def logged(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
        return handler(event, context)

    return logged


def count_failed(messages: int) -> None:
    """Tells how many messages of an invocation failed, whatever becomes of them, once of each that
    failed on any: Lambda takes it for a success when they are named in its answer, or set aside.

    Its samples are the invocations that did not do all that they were given.
    """
    metrics.add_metric(name="Failed", unit="Count", value=messages)


def trace_of_invocation() -> str | None:
    """The header of the trace that this invocation belongs to, where Lambda names one."""
    return os.environ.get("_X_AMZN_TRACE_ID")


def correlate(about: About | None) -> None:
    """From here on, every line of log names this event and the process it belongs to; or none, such
    as the one before in the batch.
    """
    if about:
        logger.append_keys(**about._asdict())
    else:
        logger.remove_keys(About._fields)
