"""One logger and one tracer for every function (Powertools), and what each line of log carries."""

from aws_lambda_powertools import Logger, Tracer

from eventing.events import Event

logger = Logger()
tracer = Tracer()


def correlate(event: Event) -> None:
    """From here on, every line of log names this event and the process it belongs to."""
    logger.append_keys(
        correlation_id=event.metadata.correlation_id,
        event_id=event.metadata.id,
        detail_type=event.detail_type,
    )
