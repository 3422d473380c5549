"""Publishes the outbox of the orders table on the bus `orders`."""

from eventing.publisher import handler

__all__ = ["handler"]
