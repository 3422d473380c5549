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


def dispatch(table: Table, order_id: str, at: datetime) -> Shipment | None:
    """Stores that the shipment is dispatched, and its event, in one transaction.

    Returns the shipment; None, and stores nothing, if it is not due. ShipmentNotFound if there is
    none.
    """

    def dispatched(unit: UnitOfWork) -> Shipment | None:
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
