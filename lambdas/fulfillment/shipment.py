"""The rules of a shipment: planned, held by tickets, cancelled, dispatched. No AWS here.

What is known of it is the same whatever the order of the events and however often each comes. One
race is the business's own: an order is cancelled before its shipment is dispatched, or too late.
"""

import uuid
from datetime import datetime
from typing import Literal

import msgspec

from contracts.fulfillment import OrderShipped
from contracts.language.types import Contract, Identifier, Location
from contracts.orders import OrderCancelled, OrderPlaced
from contracts.support import TicketCreated, TicketResolved
from eventing.errors import NeverSucceeds
from eventing.events import Event

SHIPMENTS_OF_ORDERS = uuid.UUID("6f1c4a0e-9d53-4d0b-8a2e-0c1d4f7b9e35")
"""The namespace of shipment ids: an order planned anew, from a backup or an archive, keeps its."""


class UnreadableMessage(NeverSucceeds):
    """A message that names no order whose shipment is due."""


class Item(Contract, frozen=True):
    """What is to be packed of one line."""

    sku: str
    quantity: int


class Plan(Contract, frozen=True, kw_only=True):
    """What goes where: all that a dispatch needs of the order, whose event says it once.

    The rest says which event it was, when; `trace` is the header of the trace it belongs to.
    """

    shipment_id: str
    customer_id: str
    location: Location
    items: list[Item]
    correlation_id: str
    causation_id: str
    placed_at: datetime
    trace: str | None = None


class Shipment(Contract, frozen=True, kw_only=True):
    """What is known of the shipment of one order.

    Of an order whose cancellation or ticket came first there is that, and no plan until it comes.
    A ticket that is resolved stays so.
    """

    order_id: str
    plan: Plan | None = None
    is_cancelled: bool = False
    tickets: dict[str, Literal["OPEN", "RESOLVED"]] = msgspec.field(default_factory=dict)
    dispatched_at: datetime | None = None

    @property
    def is_held(self) -> bool:
        """Whether a ticket about it is open."""
        return "OPEN" in self.tickets.values()

    @property
    def is_due(self) -> bool:
        """Whether it may be dispatched, once its time has come."""
        stays = self.plan is None or self.is_cancelled or self.is_held
        return not stays and self.dispatched_at is None


class Due(Contract, frozen=True):
    """A message of the queue `due-shipments`: the order whose shipment's time has come."""

    order_id: Identifier


def order_of(event: Event) -> str:
    """The order that an event is about. NeverSucceeds for one that shipments do not follow."""
    match event.data:
        case OrderPlaced() | OrderCancelled() | TicketCreated() | TicketResolved() as data:
            return data.order_id
        case other:
            raise NeverSucceeds(f"shipments do not follow {type(other).__name__}")


def wanted(event: Event) -> Event:
    """The event, which has to be one that shipments follow. NeverSucceeds if it is not."""
    order_of(event)
    return event


def follow(shipment: Shipment, event: Event) -> Shipment:
    """The shipment after an event about its order. A cancellation after the dispatch is too late,
    and changes nothing; a ticket then is noted, and holds nothing.
    """
    match event.data:
        case OrderPlaced() as order if shipment.plan is None:
            return msgspec.structs.replace(shipment, plan=_plan(order, event))
        case OrderCancelled() if shipment.dispatched_at is None:
            return msgspec.structs.replace(shipment, is_cancelled=True)
        case TicketCreated(ticket_id=id) if id not in shipment.tickets:
            return msgspec.structs.replace(shipment, tickets=shipment.tickets | {id: "OPEN"})
        case TicketResolved(ticket_id=id):
            return msgspec.structs.replace(shipment, tickets=shipment.tickets | {id: "RESOLVED"})
    return shipment


def _plan(order: OrderPlaced, event: Event) -> Plan:
    return Plan(
        shipment_id=str(uuid.uuid5(SHIPMENTS_OF_ORDERS, order.order_id)),
        customer_id=order.customer_id,
        location=order.location,
        items=[Item(line.sku, line.quantity) for line in order.lines],
        correlation_id=event.metadata.correlation_id,
        causation_id=event.metadata.id,
        placed_at=event.metadata.occurred_at,
        trace=event.trace,
    )


def dispatch(shipment: Shipment, at: datetime) -> tuple[Shipment, OrderShipped] | None:
    """The shipment dispatched and the event's data that say so; None if it is not due."""
    if shipment.plan is None or not shipment.is_due:
        return None
    shipped = OrderShipped(order_id=shipment.order_id, shipment_id=shipment.plan.shipment_id)
    return msgspec.structs.replace(shipment, dispatched_at=at), shipped


def encode(due: Due) -> str:
    """The body of a message."""
    return msgspec.json.encode(due).decode()


def decode(body: str) -> Due:
    """What a message says. UnreadableMessage, naming the field, if it is none."""
    try:
        return msgspec.json.decode(body, type=Due)
    except (msgspec.DecodeError, RecursionError) as error:
        raise UnreadableMessage(str(error)) from error
