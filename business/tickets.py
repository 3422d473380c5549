"""Tickets in this business's words: what the partner sends to a running system, and what comes."""

import json
import uuid
from typing import Any

from business import books, shop
from contracts.support import CREATED, RESOLVED, UPDATED
from local.errors import LocalRunError
from local.system import System, wait_until
from stacks.subscriptions import EVERYTHING
from stacks.topology import DOMAINS, STAND_IN

STATUS = {CREATED: "open", UPDATED: "waiting for the customer", RESOLVED: "closed"}

Event = dict[str, Any]
"""An event of the partner as an entry for PutEvents."""


def new_id() -> str:
    """The id of a ticket that there is not yet."""
    return f"ticket-{uuid.uuid4()}"


def event(
    detail_type: str, ticket_id: str, order_id: str, department: str = "billing", **detail: Any
) -> Event:
    """What the partner says of a ticket; `detail` is what it says otherwise."""
    said = {
        "ticketId": ticket_id,
        "orderId": order_id,
        "department": department,
        "creator": "jane@example.com",
        "status": STATUS[detail_type],
    }
    return {
        "EventBusName": STAND_IN.bus,
        "Source": STAND_IN.source,
        "DetailType": detail_type,
        "Detail": json.dumps(said | detail),
    }


def send(system: System, *events: Event) -> None:
    """The partner sends events, in this order. LocalRunError if its bus refuses one."""
    bus = system.client("events", "support")
    for one in events:
        answer = bus.put_events(Entries=[one])
        if answer["FailedEntryCount"]:
            raise LocalRunError(f"the bus {STAND_IN.bus} refused {answer['Entries']}")


def opened(system: System, order_id: str, department: str = "billing") -> str:
    """The partner opens a ticket about an order; returns its id."""
    ticket_id = new_id()
    send(system, event(CREATED, ticket_id, order_id, department))
    return ticket_id


def place_held(system: System, location: str = "eu-west") -> tuple[str, str]:
    """Places an order whose shipment a ticket holds from the first, as it overtakes the order.

    Returns the ids of order and ticket. Until that is resolved, the order can be cancelled.
    """
    system.switch_consumers("orders", on=False)
    order_id = shop.place(system, location)
    ticket_id = opened(system, order_id, "fulfillment")
    wait_until(
        lambda: (shop.shipment(system, order_id) or {}).get("tickets"),
        shop.WITHIN_S,
        f"the ticket about order {order_id} in the table of fulfillment",
    )
    system.switch_consumers("orders", on=True)
    return order_id, ticket_id


def resolve(system: System, ticket_id: str, order_id: str, department: str = "billing") -> None:
    """The partner resolves a ticket."""
    send(system, event(RESOLVED, ticket_id, order_id, department))


def await_hold(system: System, order_id: str, *, on: bool) -> None:
    """Waits until the API shows that the invoice of an order is on hold, or no more."""
    wait_until(
        lambda: shop.shown(system, order_id)["invoiceOnHold"] is on,
        shop.WITHIN_S,
        f"invoiceOnHold {on} of order {order_id}",
    )


def held_by(system: System, order_id: str) -> dict[str, str]:
    """What invoicing knows of the tickets about an order: OPEN or RESOLVED, by their ids."""
    hold = next(books.items(system, "invoicing", f"HOLD#{order_id}"), None)
    return dict(hold["tickets"]) if hold else {}


def await_held_by(system: System, order_id: str, tickets: dict[str, str]) -> None:
    """Waits until that is what invoicing knows."""
    what = f"{tickets} at the invoice of order {order_id}"
    wait_until(lambda: held_by(system, order_id) == tickets, shop.WITHIN_S, what)


def published(system: System, ticket_id: str) -> list[str]:
    """The detail-types of the events that support has published of a ticket, each once."""
    found = {
        one["detail"]["metadata"]["id"]: one["detail-type"]
        for one in books.events(system, "support")
        if books.subject(one) == ticket_id
    }
    return sorted(found.values())


def reached(system: System, ticket_id: str) -> set[str]:
    """The domains whose bus has had an event of a ticket, but for support, and those that get
    everything.
    """
    return {
        domain
        for domain in DOMAINS
        if domain not in ("support", *EVERYTHING)
        for one in books.events(system, domain)
        if books.subject(one) == ticket_id
    }
