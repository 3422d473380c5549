"""What the partner sends stands as examples beside the contracts, as support reads it."""

import json
from pathlib import Path

from contracts.support import PARTNER_EVENTS, PartnerTicket
from stacks.examples import RECEIVED
from support import partner

EXAMPLES = sorted((RECEIVED / "support").glob("*.json"))


def _read(path: Path) -> str:
    return path.read_text()


def test_there_is_an_example_of_each_event_of_the_partner() -> None:
    assert {json.loads(_read(path))["detail-type"] for path in EXAMPLES} == set(PARTNER_EVENTS)


def test_an_example_has_the_fields_of_the_contract_and_no_other() -> None:
    for path in EXAMPLES:
        event = partner.received(_read(path))
        assert isinstance(event.data, PartnerTicket)
        assert set(json.loads(_read(path))["detail"]) == {
            "ticketId",
            "orderId",
            "department",
            "creator",
            "status",
        }
