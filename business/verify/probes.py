"""Events that must not pass: one that a bus refuses, one that becomes a dead letter at once."""

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from business.deployed import Deployed
from business.verify.orders import LOCATIONS
from contracts.orders import SOURCE
from operate.dead_letters import DeadLetters, dead_letters
from operate.errors import OperateError
from operate.messages import Box, Message
from routes.journeys.examples import examples_for, starts
from routes.journeys.walk import walk
from routes.network.model import Hop

PREFIX = "crossbus-verify-"
"""How the ids of these events begin."""

MOST_LOOKED_AT = 500
HOLD_S = 30
DETAIL_TYPE = "OrderPlaced"


def new_id() -> str:
    """An id that a person and `taken_away` know again."""
    return f"{PREFIX}{uuid.uuid4()}"


def put_unreadable(deployed: Deployed, id: str) -> None:
    """Puts an order of which only the location is there on the producer's own bus.

    ClientError when the caller may not; OperateError when the bus does not take it.
    """
    answer = _put(deployed, "orders", id)
    if answer["FailedEntryCount"]:
        raise OperateError(f"the bus orders does not take an event: {answer['Entries'][0]}")


def readers(deployed: Deployed) -> set[str]:
    """The domains whose functions read the unreadable event: each has to set it aside."""
    return {deployed.domain_of(hop.target) for hop in _readings(deployed)}


def set_aside_in(deployed: Deployed) -> list[str]:
    """The dead-letter places that the unreadable event comes into: their alarms ring for it."""
    readings = list(_readings(deployed))
    hops, queues = set(readings), {hop.source.arn for hop in readings}
    return [
        letters.place.name
        for letters in dead_letters(deployed.system)
        if any(
            origin.hop in hops or (origin.queue and origin.queue.arn in queues)
            for origin in letters.origins
        )
    ]


def _readings(deployed: Deployed) -> Iterator[Hop]:
    """Where functions read the unreadable event from a queue or a stream."""
    routes = deployed.system.routes
    for example in examples_for(routes, None):
        if example.type != (SOURCE, DETAIL_TYPE):
            continue
        event = {**example.event, "detail": _detail(PREFIX)}
        for bus in starts(routes, example):
            for trail in walk(routes, event, bus).every_step():
                if trail[-1].arrived and _is_reading(trail[-1].hop):
                    yield trail[-1].hop


def _is_reading(hop: Hop) -> bool:
    return hop.source.kind in ("queue", "stream") and hop.target.kind == "function"


def is_refused(deployed: Deployed, id: str) -> bool:
    """Whether the consumer's bus refuses an event that the producer's account puts by hand.

    The event is one that could only become a dead letter, if it were taken.
    """
    try:
        answer = _put(deployed, "invoicing", id)
    except ClientError as error:
        if "AccessDenied" in error.response["Error"]["Code"]:
            return True
        raise
    return bool(answer["FailedEntryCount"])


def taken_away(
    deployed: Deployed, ids: set[str], expected_in: set[str]
) -> list[tuple[DeadLetters, Message]]:
    """Deletes the dead letters that have one of these ids, wherever they are; returns them.

    A place where one is expected is asked for it whatever SQS says that it holds: that may be a
    minute behind. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html
    """
    found = []
    for letters in dead_letters(deployed.system):
        # What a function reads is never taken from it.
        if deployed.system.routes.hops_from(letters.place):
            continue
        box = Box(deployed.system, letters.place)
        most = max(box.depths()["visible"], int(letters.place.name in expected_in))
        if not most:
            continue
        try:
            for message in box.receive(min(most, MOST_LOOKED_AT), HOLD_S):
                if any(id in message.body for id in ids):
                    box.delete(message)
                    found.append((letters, message))
        finally:
            box.give_back()
    return found


def _put(deployed: Deployed, domain: str, id: str) -> dict[str, Any]:
    answer: dict[str, Any] = deployed.client("events", "orders").put_events(
        Entries=[
            {
                "Source": SOURCE,
                "DetailType": DETAIL_TYPE,
                "Detail": json.dumps(_detail(id)),
                "EventBusName": deployed.bus_arn(domain),
            }
        ]
    )
    return answer


def _detail(id: str) -> dict[str, Any]:
    now = datetime.now(UTC).isoformat()
    metadata = {"id": id, "version": "2.0", "occurredAt": now, "subject": id}
    metadata |= {"correlationId": id, "causationId": id}
    return {"metadata": metadata, "data": {"location": LOCATIONS[0]}}
