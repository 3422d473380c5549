"""What support tells of what it did: a line of log for each event, and metrics of business."""

from contracts.support import TEST_CREATOR, PartnerTicket, TicketCreated, TicketResolved
from eventing.events import Event
from eventing.observability import logger, metrics

COUNTED = {TicketCreated: "TicketsOpened", TicketResolved: "TicketsResolved"}


def report(received: Event, published: Event | None) -> None:
    """Logs what was made of the partner's event, and counts what is business."""
    if published is None:
        logger.info("known already", ticket_id=received.metadata.subject)
        return
    logger.info(published.detail_type, ticket_id=received.metadata.subject)
    told, name = received.data, COUNTED.get(type(published.data))
    if name and isinstance(told, PartnerTicket) and told.creator != TEST_CREATOR:
        metrics.add_metric(name=name, unit="Count", value=1)
