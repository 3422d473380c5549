"""What the support domain publishes, as tests of its consumers need it."""

from contracts.support import TicketCreated, TicketResolved, TicketUpdated


def ticket_created(ticket_id: str = "ticket-1", order_id: str = "order-1") -> TicketCreated:
    """A ticket of billing."""
    return TicketCreated(ticket_id, order_id, "billing", "jane@example.com")


def ticket_updated(ticket_id: str = "ticket-1", order_id: str = "order-1") -> TicketUpdated:
    """The ticket of `ticket_created`, moved on."""
    return TicketUpdated(ticket_id, order_id, "billing", "waiting for the customer")


def ticket_resolved(ticket_id: str = "ticket-1", order_id: str = "order-1") -> TicketResolved:
    """The ticket of `ticket_created`, closed."""
    return TicketResolved(ticket_id, order_id, "billing")
