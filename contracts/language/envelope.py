"""The event on the wire: EventBridge's envelope, and metadata beside data in its detail."""

from datetime import datetime
from typing import Annotated, Generic, TypeVar

import msgspec
from msgspec import Meta

from contracts.language.types import Contract

Data = TypeVar("Data", bound=Contract)

MAX_DETAIL_BYTES = 250 * 1024
"""The largest detail a producer may accept, in bytes of UTF-8 JSON.

An EventBridge entry and an SNS message hold 256 KiB; the rest is for the envelope around the
detail, and for what a consumer adds when it passes the data on.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html
"""


class Metadata(Contract, frozen=True):
    """What is true of every event, whatever its data.

    `id` is the identity for deduplication, of characters that SQS takes for it. It survives
    re-publication, which EventBridge's own id does not. `correlation_id` is one business process;
    `causation_id` is the id of the event, or of the request, that led to this one. `subject` is the
    id of what the event is about: an order, an invoice, a ticket.
    """

    id: Annotated[str, Meta(pattern=r"^[!-~]{1,128}(?!\n)$")]
    version: Annotated[str, Meta(pattern=r"^[0-9]+\.[0-9]+(?!\n)$")]
    occurred_at: Annotated[datetime, Meta(tz=True)]
    correlation_id: Annotated[str, Meta(min_length=1, max_length=128)]
    causation_id: Annotated[str, Meta(min_length=1, max_length=128)]
    subject: Annotated[str, Meta(min_length=1, max_length=128)]


class Detail(Contract, Generic[Data], frozen=True):
    """The `detail` of an event."""

    metadata: Metadata
    data: Data


class Envelope(
    msgspec.Struct, Generic[Data], frozen=True, kw_only=True, rename={"detail_type": "detail-type"}
):
    """An event as a rule's target receives it, as far as Crossbus reads it.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html
    """

    source: str
    detail_type: str
    detail: Detail[Data]
