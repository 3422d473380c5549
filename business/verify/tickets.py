"""Tickets of the test creator: one of each department, about test orders; opened and resolved.

Only the partner can put events on a partner bus: without a custom bus in its place none is sent.
"""

import json
import time
import uuid
from dataclasses import dataclass
from typing import Any, NamedTuple

from business.deployed import Deployed
from business.verify import orders
from business.verify.orders import Followed
from contracts.support import CREATED, RESOLVED, TEST_CREATOR
from operate.errors import OperateError

POLL_S = 0.25
DOMAIN = "support"
NOBODY = "nobody's"
"""A department that no domain is for."""


class Bus(NamedTuple):
    """The bus on which tickets arrive, and the source that they have there."""

    name: str
    source: str

    @property
    def is_partner_bus(self) -> bool:
        """Whether only the partner can put events there."""
        return self.name.startswith("aws.partner/")


@dataclass(frozen=True)
class Ticket:
    """A test ticket: whose it is, and the order that it is about."""

    id: str
    department: str
    order: Followed


def bus_of(deployed: Deployed) -> Bus:
    """The bus on which tickets arrive. OperateError if no stack says that it receives any."""
    for stack in deployed.system.stacks:
        if stack.declared and stack.declared.domain == DOMAIN:
            for name, events in stack.declared.receives.items():
                return Bus(name, next(iter(events))[0])
    raise OperateError(f"{DOMAIN} receives nothing from outside")


def about(placed: list[Followed]) -> list[Ticket]:
    """A ticket of each department, about orders that are there: that of fulfillment is about the
    one that is cancelled, so that no shipment waits for it.
    """
    kept = [order for order in placed if order.order_id and not order.cancel_at_once]
    cancelled = [order for order in placed if order.order_id and order.cancel_at_once]
    meant = [("billing", kept), ("fulfillment", cancelled), (NOBODY, kept)]
    return [
        Ticket(f"verify-{uuid.uuid4()}", department, some[0]) for department, some in meant if some
    ]


def verify(deployed: Deployed, tickets: list[Ticket], within_s: float) -> list[str]:
    """Opens the tickets, waits until each is where it concerns somebody, and resolves them, also
    when something raises. Returns what is not as it has to be.
    """
    bus = bus_of(deployed)
    try:
        _send(deployed, bus, tickets, CREATED)
        failures = _awaited(deployed, tickets, "OPEN", within_s)
    finally:
        _send(deployed, bus, tickets, RESOLVED)
    return failures or _awaited(deployed, tickets, "RESOLVED", within_s)


def _awaited(deployed: Deployed, tickets: list[Ticket], status: str, within_s: float) -> list[str]:
    deadline = time.monotonic() + within_s
    while (failures := _wrong(deployed, tickets, status)) and time.monotonic() < deadline:
        time.sleep(POLL_S)
    return failures


def _wrong(deployed: Deployed, tickets: list[Ticket], status: str) -> list[str]:
    """What differs from what these tickets, all of one status, have to lead to."""
    found = []
    for ticket in tickets:
        known = deployed.item(DOMAIN, f"TICKET#{ticket.id}") or {}
        if not known.get("created" if status == "OPEN" else "resolved"):
            found.append(f"the ticket {ticket.id} is not {status} in {DOMAIN}")
        order_id = ticket.order.order_id
        for department, domain, kind in (
            ("billing", "invoicing", "HOLD"),
            ("fulfillment", "fulfillment", "SHIPMENT"),
        ):
            told: dict[str, Any] = deployed.item(domain, f"{kind}#{order_id}") or {}
            expected = status if ticket.department == department else None
            if (is_ := told.get("tickets", {}).get(ticket.id)) != expected:
                found.append(
                    f"{domain} has the ticket {ticket.id} of {ticket.department} as {is_}, "
                    f"expected {expected}"
                )
        if ticket.department == "billing":
            orders.look(deployed, ticket.order)
            if ticket.order.shown_on_hold is not (status == "OPEN"):
                shown = ticket.order.shown_on_hold
                found.append(f"the order {order_id} shows invoiceOnHold {shown}: {ticket.id}")
    return found


def _send(deployed: Deployed, bus: Bus, tickets: list[Ticket], detail_type: str) -> None:
    """ClientError when the caller may not; OperateError when the bus does not take one."""
    for ticket in tickets:
        detail = {
            "ticketId": ticket.id,
            "orderId": ticket.order.order_id,
            "department": ticket.department,
            "creator": TEST_CREATOR,
            "status": "verify",
        }
        answer = deployed.client("events", DOMAIN).put_events(
            Entries=[
                {
                    "EventBusName": bus.name,
                    "Source": bus.source,
                    "DetailType": detail_type,
                    "Detail": json.dumps(detail),
                }
            ]
        )
        if answer["FailedEntryCount"]:
            raise OperateError(f"the bus {bus.name} does not take a ticket: {answer['Entries'][0]}")
