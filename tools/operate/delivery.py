"""Brings a dead letter to where its hop would have brought it, as the hop would have done it.

- Of a queue's consumer: the message is sent to its queue again; so is what a function that
  redelivers gave up, to the queue where it waited.
- Of a topic's subscription: the message, as the topic made it, is sent to the subscribed queue.
- Of what no other queue of a topic gets: it is published on the topic again.
- Of a rule to a queue, topic, function, stream or log group: the event goes to that target alone.
- Of a rule to a bus: the event is put on that bus, or on the rule's own bus again.
- Of a stream: its consumer gets the records again; what it set aside is a record of its Kinesis
  stream again; an event that a publisher's bus refused is put on that bus.

EventBridge forwards an event from bus to bus once. An event that a person puts on the second bus
counts as new there, and that bus's own rules to further buses would forward it. So it is put there
only when no such rule matches, and when the bus's policy admits who is no rule. Else it is put on
its own bus again and takes the way it took before, to every consumer: delivery is at least once
anyway, and consumers recognize what they have had.
"""

import json
from typing import Any

from botocore.exceptions import ClientError

from operate.dead_letters import Origin
from operate.entries import entry_in, event_in, of_event
from operate.messages import Message
from operate.reasons import NOTES, failure_record
from operate.stream_records import invoke_again
from operate.system import System
from operate.targets import Refused, put_event, send
from routes.filters.matching import any_matches, flatten
from routes.journeys.messages import Message as Travelling
from routes.journeys.messages import after
from routes.network.model import Hop, Place

SECOND_HOP = "THIRD_ACCOUNT_HOP_DETECTED"
FORWARDED_ONCE = (
    "it came from another bus, and EventBridge forwards an event once: mend the rule, and have the "
    "event published anew by the domain that received it"
)
_DENIED = ("AccessDenied", "NotAuthorized", "InvalidEventBus")


def deliver(system: System, origin: Origin, message: Message) -> str:
    """Delivers a dead letter of an origin again; returns where it went, in words.

    Raises Refused, with the reason, when it was not accepted: then it must stay where it is.
    """
    try:
        if message.texts.get("ERROR_CODE") == SECOND_HOP:
            raise Refused(FORWARDED_ONCE)
        if origin.queue is not None:
            return send_to_queue(system, origin.queue, message.body, message)
        assert origin.hop is not None
        if origin.kind == "subscription":
            return _to_subscriber(system, origin.hop, message)
        if origin.kind == "unrouted":
            return _to_topic(system, origin.hop, message)
        if origin.kind == "stream":
            return _to_stream_consumer(system, origin.hop, message)
        if origin.kind == "rule":
            return _to_rule_target(system, origin.hop, message)
    except ClientError as error:
        raise Refused(str(error)) from error
    raise Refused(f"dead letters of {origin.label} have no redrive: {origin.hop.kind}")


def send_to_queue(system: System, queue: Place, body: str, message: Message) -> str:
    """Sends a message's body to a queue, with its sender's attributes, without its reasons."""
    attributes = {k: v for k, v in message.attributes.items() if k not in NOTES}
    send(system, queue, body, message, attributes)
    return queue.label


def _to_subscriber(system: System, hop: Hop, message: Message) -> str:
    if hop.target.kind != "queue":
        raise Refused(f"{hop.target.label}: only queues that subscribe are sent to again")
    return send_to_queue(system, hop.target, message.body, message)


def _to_topic(system: System, hop: Hop, message: Message) -> str:
    if str(hop.settings.get("RawMessageDelivery")).lower() != "true":
        raise Refused(
            f"{hop.label} wraps what was published: only raw messages are published again"
        )
    send(system, hop.source, message.body, message, message.attributes)
    return hop.source.label


def _to_stream_consumer(system: System, hop: Hop, message: Message) -> str:
    record = failure_record(message)
    if record is not None:
        return invoke_again(system, hop, record)
    if hop.source.kind == "stream":
        key = _partition_key(system, hop.source, message)
        send(system, hop.source, message.body, message, {}, key)
        return hop.source.label
    # A publisher has put here what its bus refused.
    entry = entry_in(message)
    buses = [s.target for s in system.routes.senders if s.source is hop.target]
    buses = [bus for bus in buses if bus.kind == "bus"]
    if len(buses) != 1:
        raise Refused(f"{hop.target.label} publishes on {len(buses)} buses: expected one")
    put_event(system, buses[0], entry)
    return buses[0].label


def _to_rule_target(system: System, hop: Hop, message: Message) -> str:
    event = event_in(message)
    if hop.target.kind == "bus":
        return _to_bus(system, hop, event)
    shown = after(Travelling.of(event), hop)
    if shown.opaque:
        raise Refused(f"what {hop.label} makes of it is not known: {shown.opaque}")
    body = message.body if shown.body == event else _text(shown.body)
    send(system, hop.target, body, message, {}, _group(hop) or _key(hop, event))
    return hop.target.label


def _to_bus(system: System, hop: Hop, event: dict[str, Any]) -> str:
    account = system.home(hop.resource.stack)[0]
    if event.get("account", account) != account:
        raise Refused(FORWARDED_ONCE)
    if not _travels_on(system, hop.target, event):
        try:
            put_event(system, hop.target, of_event(event), by=hop.source)
            return hop.target.label
        except (Refused, ClientError) as error:
            if not any(code in str(error) for code in _DENIED):
                raise
    put_event(system, hop.source, of_event(event))
    return f"{hop.source.label} again, for all its rules"


def _travels_on(system: System, bus: Place, event: dict[str, Any]) -> bool:
    """Whether a rule of a bus would forward an event to a further bus."""
    fields = flatten(event)
    return any(
        hop.target.kind == "bus" and all(any_matches(f.alternatives, fields) for f in hop.filters)
        for hop in system.routes.hops_for(bus, event)
    )


def _group(hop: Hop) -> str | None:
    group = (hop.settings.get("SqsParameters") or {}).get("MessageGroupId")
    return str(group) if group else None


def _partition_key(system: System, stream: Place, message: Message) -> str | None:
    """What parts a message from others in a stream, as a rule says that fills it."""
    event = event_in(message)
    keys = (_key(hop, event) for hop in system.routes.hops_to(stream) if hop.kind == "rule")
    return next((key for key in keys if key), None)


def _key(rule: Hop, event: dict[str, Any]) -> str | None:
    """What stands in an event where a rule to a Kinesis stream finds the partition key."""
    path = (rule.settings.get("KinesisParameters") or {}).get("PartitionKeyPath")
    found: Any = event if path else None
    for name in str(path).removeprefix("$.").split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, str) else None


def _text(body: Any) -> str:
    return body if isinstance(body, str) else json.dumps(body)
