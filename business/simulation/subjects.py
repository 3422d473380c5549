"""What messages are about, and the queues where what comes has arrived."""

import json

UNTRANSLATED = "partner-tickets-dead-letters"
"""The queue of what the partner sent and can never be translated."""


def subject_of(body: str) -> str:
    """What a message is about: that of an event, or the order that it names."""
    try:
        said = json.loads(body)
    except ValueError:
        return ""
    detail = said.get("detail") or {}
    metadata = detail.get("metadata") or {}
    return str(metadata.get("subject") or said.get("orderId") or detail.get("orderId") or "")
