"""Entries for PutEvents: of an event, and of an item of an outbox."""

import json
from typing import Any

from operate.messages import Message
from operate.targets import Refused

Entry = dict[str, Any]
JsonObject = dict[str, Any]


def event_in(message: Message) -> JsonObject:
    """The event that a message is; raises Refused when it is none."""
    event = _object(message)
    missing = [key for key in ("source", "detail-type") if not isinstance(event.get(key), str)]
    if not isinstance(event.get("detail"), dict):
        missing.append("detail")
    if missing:
        raise Refused(f"it is not an event: it has no {' and no '.join(missing)}")
    return event


def entry_in(message: Message) -> Entry:
    """The entry for the event or the item of an outbox that a message is; raises Refused."""
    said = _object(message)
    return of_item(said) if "detailType" in said else of_event(event_in(message))


def of_event(event: JsonObject) -> Entry:
    """The entry of an event, which keeps its time and its resources."""
    entry = {
        "Source": event["source"],
        "DetailType": event["detail-type"],
        "Detail": json.dumps(event["detail"]),
        "Resources": event.get("resources", []),
    }
    return entry | ({"Time": event["time"]} if "time" in event else {})


def of_item(item: JsonObject) -> Entry:
    """The entry of an outbox's item; raises Refused when the item is no event."""
    missing = [key for key in ("source", "detailType", "detail") if key not in item]
    if missing:
        raise Refused(f"the item {item.get('pk')} is no event: it has no {', no '.join(missing)}")
    entry = {
        "Source": item["source"],
        "DetailType": item["detailType"],
        "Detail": item["detail"],
    }
    optional = {"Time": item.get("occurredAt"), "TraceHeader": item.get("traceHeader")}
    return entry | {name: value for name, value in optional.items() if value}


def _object(message: Message) -> JsonObject:
    try:
        found = json.loads(message.body)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Refused("it is not an event: expected a JSON object")
    return found
