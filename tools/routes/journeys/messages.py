"""What an event looks like at each place: the envelope, a message body, a record of a batch."""

import json
import re
from dataclasses import dataclass, field, replace
from typing import Any

from routes.filters.model import Filter
from routes.network.model import Hop
from routes.reading.shapes import parsed
from routes.reading.tokens import tokens

_VARIABLE = re.compile(r"<([^<>\s]+)>")


@dataclass(frozen=True)
class Message:
    """An event on its way.

    `body` is what the next place gets, parsed where it is JSON; `attributes` are an SNS message's.
    `opaque` says why the body is not known, None where it is. `whole` says whether the event is all
    known; None of one that came in as it is.
    """

    event: dict[str, Any]
    body: Any
    attributes: dict[str, Any] | None = field(default_factory=dict)
    opaque: str | None = None
    bus_hops: int = 0
    whole: bool | None = None

    @classmethod
    def of(cls, event: dict[str, Any]) -> "Message":
        return cls(event, event)


# What these send, the templates do not hold: a request, a record of an upload, an outcome.
_UNTOLD = (
    "alarm",
    "destination",
    "function URL",
    "log filter",
    "notification",
    "route",
    "schedule",
    "topic rule",
    "trigger",
)


def seen_by(message: Message, one: Filter, hop: Hop) -> Any:
    """Returns the JSON object that a filter is matched against, None where it is not known."""
    if message.opaque:
        return None
    if one.scope == "attributes":
        return message.attributes
    if one.scope == "record":
        return _record(message, hop)
    if one.scope in ("metadata", "system metadata"):
        return None
    if one.scope == "data":
        return message.body.get("detail", message.body) if isinstance(message.body, dict) else None
    return message.body


def after(message: Message, hop: Hop) -> Message:
    """Returns the message as the hop's target receives it."""
    if hop.sends is not None:
        body = _enveloped(hop) if hop.target.kind == "bus" else hop.sends
        event = body if hop.target.kind == "bus" else message.event
        made = replace(message, event=event, body=body, opaque=None, bus_hops=0)
        return replace(made, whole=hop.sends_all and not tokens(hop.sends))
    if hop.kind in _UNTOLD:
        return replace(message, body=None, opaque=f"what {hop.label} sends is not in the templates")
    if hop.kind == "rule":
        crossed = message.bus_hops + (hop.target.kind == "bus")
        if hop.target.kind == "bus":
            return replace(message, bus_hops=crossed)
        return _transformed(message, hop.settings)
    if hop.kind == "subscription" and hop.target.kind in ("queue", "function", "delivery stream"):
        if str(hop.settings.get("RawMessageDelivery")).lower() == "true":
            return message
        text = message.body if isinstance(message.body, str) else json.dumps(message.body)
        wrapped = {"Type": "Notification", "TopicArn": hop.source.arn, "Message": text}
        return replace(message, body=wrapped)
    if hop.kind == "pipe" and (
        (hop.settings.get("TargetParameters") or {}).get("InputTemplate")
        or hop.settings.get("Enrichment")
    ):
        return replace(message, body=None, opaque=f"{hop.label} reshapes it")
    return message


def _enveloped(hop: Hop) -> dict[str, Any]:
    """What a bus makes of the event that a service puts on it."""
    home = hop.resource.stack
    return {
        "version": "0",
        "id": "00000000-0000-0000-0000-000000000000",
        "account": home.account,
        "region": home.region,
        "time": "2026-01-01T00:00:00Z",
        "resources": [],
        **hop.sends,
    }


def _record(message: Message, hop: Hop) -> dict[str, Any] | None:
    """A record of a batch as the filter of an event source mapping or a pipe sees it."""
    if hop.source.kind == "queue":
        return {"body": message.body}
    if hop.source.kind == "stream":
        return {"data": message.body}
    return None


def _transformed(message: Message, target: dict[str, Any]) -> Message:
    if target.get("Input") is not None:
        return replace(message, body=parsed(target["Input"]))
    if target.get("InputPath") is not None:
        return replace(message, body=_at_path(message.event, target["InputPath"]))
    transformer = target.get("InputTransformer")
    if not transformer:
        return message
    template = str(transformer.get("InputTemplate", ""))
    if tokens(template):
        return replace(message, body=None, opaque=f"its input template has {tokens(template)[0]}")
    return replace(message, body=_rendered(template, transformer, message.event))


def _rendered(template: str, transformer: dict[str, Any], event: dict[str, Any]) -> Any:
    """The target's input: variables in quotes stay text, others become JSON."""
    variables = {
        name: _at_path(event, path)
        for name, path in (transformer.get("InputPathsMap") or {}).items()
    }
    variables |= {"aws.events.event": event, "aws.events.event.json": event}

    def value(match: re.Match[str]) -> str:
        found = variables.get(match[1])
        quoted = template[: match.start()].count('"') % 2 == 1
        if quoted and isinstance(found, str):
            return json.dumps(found)[1:-1]
        if quoted:
            return json.dumps(json.dumps(found))[1:-1] if found is not None else ""
        return json.dumps(found) if found is not None else '""'

    return parsed(_VARIABLE.sub(value, template))


def _at_path(event: dict[str, Any], path: str) -> Any:
    value: Any = event
    for key in re.findall(r"[^.\[\]'\"$]+", path):
        if isinstance(value, list) and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        else:
            value = value.get(key) if isinstance(value, dict) else None
    return value
