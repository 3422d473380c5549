"""What the events about one order say: amounts that agree, and one correlation id."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from simulate.business import Broken

Event = dict[str, Any]

PLACED, ISSUED, VOIDED = "OrderPlaced", "InvoiceIssued", "InvoiceVoided"
OF_ITS_WAY = (PLACED, "OrderCancelled", ISSUED, VOIDED, "OrderShipped")
"""What an order's request leads to. A hold is of a ticket, and has that as correlation id."""


def consistent(events: Iterable[Event]) -> Iterator[Broken]:
    """What contradicts another event about the same order, or itself."""
    orders: dict[str, dict[str, Event]] = defaultdict(dict)
    for event in events:
        if event["detail-type"] in OF_ITS_WAY:
            detail = event["detail"]
            orders[detail["data"]["orderId"]][event["detail-type"]] = detail
    for order_id, details in orders.items():
        for how in _contradictions(details):
            yield Broken("untrue", order_id, f"order {order_id}: {how}")


def _contradictions(details: dict[str, Event]) -> Iterator[str]:
    correlations = {detail["metadata"]["correlationId"] for detail in details.values()}
    if len(correlations) > 1:
        yield f"its events have the correlation ids {' and '.join(sorted(correlations))}"
    placed, issued, voided = (
        details.get(name, {}).get("data") for name in (PLACED, ISSUED, VOIDED)
    )
    if issued and issued["net"] + issued["tax"] != issued["total"]:
        yield f"net {issued['net']} and tax {issued['tax']} are invoiced as {issued['total']}"
    if placed and issued and issued["net"] != placed["total"]:
        yield f"it was placed for {placed['total']}, and invoiced for {issued['net']}"
    if issued and voided and voided["total"] != issued["total"]:
        yield f"it was invoiced for {issued['total']}, and credited for {voided['total']}"
