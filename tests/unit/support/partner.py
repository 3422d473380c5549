"""What the partner sends, as tests of support need it."""

import json
from typing import Any

from contracts.support import CREATED, RESOLVED, UPDATED
from stacks.topology import STAND_IN

STATUS = {CREATED: "open", UPDATED: "waiting for the customer", RESOLVED: "closed"}


def sent(
    detail_type: str = CREATED, ticket_id: str = "ticket-1", *, id: str = "", **detail: Any
) -> str:
    """The partner's event, as a rule delivers it; with an id of its own, or made of what it says.
    A field of the detail that is None is left out.
    """
    said = {
        "ticketId": ticket_id,
        "orderId": "order-1",
        "department": "billing",
        "creator": "jane@example.com",
        "status": STATUS.get(detail_type, "open"),
    } | detail
    return json.dumps(
        {
            "version": "0",
            "id": id or f"{detail_type} {ticket_id}",
            "source": STAND_IN.source,
            "detail-type": detail_type,
            "time": "2026-11-23T12:00:00Z",
            "detail": {field: value for field, value in said.items() if value is not None},
        }
    )
