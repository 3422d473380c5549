"""What the partner sends, checked at the border: a ticket event, or a dead letter. No AWS here."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from contracts.language.envelope import Metadata
from contracts.support import PARTNER_EVENTS, PartnerTicket
from eventing.errors import NeverSucceeds
from eventing.events import Event


class NotATicket(NeverSucceeds):
    """No event of a ticket as the partner's contract has it: names the field."""


class _Envelope(msgspec.Struct, rename={"detail_type": "detail-type"}):
    id: Annotated[str, Meta(min_length=1, max_length=128)]
    source: str
    detail_type: str
    time: Annotated[datetime, Meta(tz=True)]
    detail: PartnerTicket


def received(body: str) -> Event:
    """The partner's event in a message. NotATicket if it is none.

    It has no metadata of ours: its id and time are EventBridge's, and its ticket is the process.
    """
    try:
        envelope = msgspec.json.decode(body, type=_Envelope)
    except (msgspec.DecodeError, RecursionError) as error:
        raise NotATicket(str(error)) from error
    if envelope.detail_type not in PARTNER_EVENTS:
        raise NotATicket(
            f"detail-type {envelope.detail_type!r}: expected one of {', '.join(PARTNER_EVENTS)}"
        )
    metadata = Metadata(
        id=envelope.id,
        version="1.0",
        occurred_at=envelope.time,
        correlation_id=envelope.detail.ticket_id,
        causation_id=envelope.id,
        subject=envelope.detail.ticket_id,
    )
    return Event(envelope.source, envelope.detail_type, metadata, envelope.detail)
