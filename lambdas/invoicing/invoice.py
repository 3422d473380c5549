"""What an order costs: net, tax by jurisdiction, total; and the requests to number it. No AWS."""

from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from contracts.language.types import Contract, Identifier, Location, Minor
from contracts.orders import OrderCancelled, OrderPlaced
from eventing.errors import NeverSucceeds
from eventing.events import About, Event


class Jurisdiction(NamedTuple):
    """Where tax is due: its name, and the rate in basis points (725 is 7.25 %)."""

    name: str
    tax_rate: int


JURISDICTIONS: dict[Location, Jurisdiction] = {
    "us-west": Jurisdiction("US-CA", 725),
    "us-east": Jurisdiction("US-NY", 400),
    "eu-west": Jurisdiction("IE", 2300),
    "eu-east": Jurisdiction("PL", 2300),
}


class InconsistentOrder(NeverSucceeds):
    """An order whose total is not the sum of its lines."""


class UnreadableRequest(NeverSucceeds):
    """A message that is no request for a number."""


class Request(Contract, frozen=True, kw_only=True):
    """A message of the numbering queue: about which order, and which event led to it, when.

    `trace` is the header of the trace that it belongs to.
    """

    order_id: Identifier
    jurisdiction: Identifier
    correlation_id: str
    causation_id: str
    occurred_at: datetime
    trace: str | None = None

    @property
    def about(self) -> About:
        """What lines of log about it name."""
        return About(self.correlation_id, self.causation_id)


class Draft(Request, frozen=True, tag="issue"):
    """An invoice but for its number. Amounts in minor units; total = net + tax."""

    order: OrderPlaced
    tax_rate: int
    net: Minor
    tax: Minor
    total: Minor


class Cancellation(Request, frozen=True, tag="void"):
    """The order was cancelled: its invoice, issued or yet to come, is taken back."""


def tax_on(net: int, rate: int) -> int:
    """The tax on `net` minor units at `rate` basis points, half a minor unit rounded up."""
    return (net * rate + 5_000) // 10_000


def draft(order: OrderPlaced, event: Event) -> Draft:
    """The invoice of an order placed by an event, not numbered yet. InconsistentOrder if its total
    is not its lines'.
    """
    net = sum(line.quantity * line.unit_price for line in order.lines)
    if net != order.total:
        raise InconsistentOrder(f"order {order.order_id}: total {order.total}, lines sum to {net}")
    jurisdiction = JURISDICTIONS[order.location]
    tax = tax_on(net, jurisdiction.tax_rate)
    return Draft(
        order_id=order.order_id,
        jurisdiction=jurisdiction.name,
        **_because_of(event),
        order=order,
        tax_rate=jurisdiction.tax_rate,
        net=net,
        tax=tax,
        total=net + tax,
    )


def request_for(event: Event) -> Draft | Cancellation:
    """What the numbering queue is asked because of an event of the orders domain."""
    match event.data:
        case OrderPlaced() as order:
            return draft(order, event)
        case OrderCancelled() as cancelled:
            return Cancellation(
                order_id=cancelled.order_id,
                jurisdiction=JURISDICTIONS[cancelled.location].name,
                **_because_of(event),
            )
        case other:
            raise NeverSucceeds(f"invoicing makes nothing of {type(other).__name__}")


def _because_of(event: Event) -> dict[str, Any]:
    """What a request says of the event that led to it."""
    return {
        "correlation_id": event.metadata.correlation_id,
        "causation_id": event.metadata.id,
        "occurred_at": event.metadata.occurred_at,
        "trace": event.trace,
    }


def encode(request: Draft | Cancellation) -> str:
    """The request as the body of a message."""
    return msgspec.json.encode(request).decode()


def decode(body: str) -> Draft | Cancellation:
    """The request in a message. UnreadableRequest, naming the field, if it is none."""
    try:
        return msgspec.json.decode(body, type=Draft | Cancellation)
    except (msgspec.DecodeError, RecursionError) as error:
        raise UnreadableRequest(str(error)) from error
