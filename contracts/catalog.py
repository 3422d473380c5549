"""Every version of every event: who publishes it, and how an old version becomes a new one."""

from collections.abc import Callable
from typing import Any, NamedTuple

from contracts import invoicing, orders
from contracts.types import Contract


class EventType(NamedTuple):
    """One version of one event.

    `upcast` turns this version's data into the next version's; the current version has none.
    """

    domain: str
    source: str
    detail_type: str
    version: str
    data: type[Contract]
    upcast: Callable[[Any], Contract] | None = None


CATALOG = (
    EventType(
        "orders",
        orders.SOURCE,
        "OrderPlaced",
        "1.0",
        orders.OrderPlacedV1,
        orders.upcast_order_placed,
    ),
    EventType("orders", orders.SOURCE, "OrderPlaced", "2.0", orders.OrderPlaced),
    EventType("orders", orders.SOURCE, "OrderCancelled", "1.0", orders.OrderCancelled),
    EventType("invoicing", invoicing.SOURCE, "InvoiceIssued", "1.0", invoicing.InvoiceIssued),
    EventType("invoicing", invoicing.SOURCE, "InvoiceVoided", "1.0", invoicing.InvoiceVoided),
)

CURRENT = {event.data: event for event in CATALOG if event.upcast is None}
"""The version that is published now, by its type of data."""

READABLE = {
    (event.source, event.detail_type, event.version.partition(".")[0]): event for event in CATALOG
}
"""Every version that can be read, by source, detail-type and major version.

Within a major version, fields are only added, so the types here read every minor version.
"""
