"""Events of the running system taken in hand: delivered again, or later than others."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from business import books
from local.errors import LocalRunError
from local.system import System

Event = dict[str, Any]
"""An event as an entry for PutEvents: Source, DetailType, Detail (JSON text)."""


def published(system: System, domain: str, detail_type: str) -> dict[str, Event]:
    """The events of one type that a domain has published, by their subject, from its audit log."""
    return {
        books.subject(event): {
            "Source": event["source"],
            "DetailType": event["detail-type"],
            "Detail": json.dumps(event["detail"]),
        }
        for event in books.events(system, domain)
        if event["detail-type"] == detail_type
    }


def redeliver(system: System, domain: str, events: Sequence[Event]) -> None:
    """Puts events on a domain's bus again, in this order. LocalRunError if the bus refuses one."""
    bus = system.client("events", domain)
    for event in events:
        answer = bus.put_events(Entries=[{**event, "EventBusName": domain}])
        if answer["FailedEntryCount"]:
            raise LocalRunError(f"the bus {domain} refused {answer['Entries']}")


def messages(system: System, domain: str, queue: str, hidden: int) -> Iterator[dict[str, Any]]:
    """Receives from a queue that nobody else consumes, until it is empty.

    Each message is left invisible for `hidden` seconds.
    """
    sqs = system.client("sqs", domain)
    url = system.queues(domain)[queue]
    while found := sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=hidden
    ).get("Messages"):
        yield from found


def hold_back(
    system: System, domain: str, queue: str, chosen: Callable[[Event], bool], seconds: int
) -> int:
    """Lets the chosen messages of a queue come later than all others. Returns how many there are.

    As on AWS after a failed receive: they come back when their visibility timeout ends.
    """
    sqs = system.client("sqs", domain)
    url = system.queues(domain)[queue]
    held = 0
    for message in list(messages(system, domain, queue, hidden=seconds)):
        if chosen(json.loads(message["Body"])):
            held += 1
            continue
        sqs.change_message_visibility(
            QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
        )
    return held
