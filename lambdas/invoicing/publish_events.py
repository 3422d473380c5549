"""Publishes the outbox of the invoices table on the bus `invoicing`."""

from eventing.publisher import handler

__all__ = ["handler"]
