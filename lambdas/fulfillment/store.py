"""The shipments table: a shipment for each order."""

from collections.abc import Iterable
from datetime import datetime

from eventing.events import Event, new_event
from eventing.unit_of_work import Kind, Table, UnitOfWork
from fulfillment import shipment
from fulfillment.shipment import Shipment

SHIPMENTS = Kind("SHIPMENT", Shipment)


class ShipmentNotFound(LookupError):
    """There is no shipment of this order."""


def loaded(table: Table, order_ids: Iterable[str]) -> Table:
    """The table with the shipments of these orders, at most 100, read in one call."""
    return table.loaded(map(SHIPMENTS.key, order_ids))


def follow(table: Table, event: Event) -> Shipment:
    """Stores what an event makes of the shipment of its order; returns the shipment as it is then.

    NeverSucceeds for an event that shipments do not follow.
    """
    order_id = shipment.order_of(event)

    def followed(unit: UnitOfWork) -> Shipment:
        before = unit.get(SHIPMENTS, order_id) or Shipment(order_id=order_id)
        after = shipment.follow(before, event)
        if after != before:
            unit.put(SHIPMENTS, order_id, after)
        return after

    return table.transact(followed)


def dispatch(table: Table, order_ids: Iterable[str], at: datetime) -> dict[str, Shipment | None]:
    """Stores that shipments, at most 50, are dispatched, and their events, in one transaction.

    Returns each by its order; None, for which nothing is stored, where it is not due.
    ShipmentNotFound, and nothing is stored, if there is none of one of the orders.
    """
    asked = list(dict.fromkeys(order_ids))

    def dispatched(unit: UnitOfWork) -> dict[str, Shipment | None]:
        unit.load(map(SHIPMENTS.key, asked))
        return {order_id: one(unit, order_id) for order_id in asked}

    def one(unit: UnitOfWork, order_id: str) -> Shipment | None:
        before = unit.get(SHIPMENTS, order_id)
        if before is None or before.plan is None:
            raise ShipmentNotFound(order_id)
        made = shipment.dispatch(before, at)
        if made is None:
            return None
        after, data = made
        unit.put(SHIPMENTS, order_id, after)
        unit.publish(
            new_event(
                data,
                subject=order_id,
                correlation_id=before.plan.correlation_id,
                causation_id=before.plan.causation_id,
                at=at,
                trace=before.plan.trace,
            )
        )
        return after

    return table.transact(dispatched)
