"""Rules deliver to Kinesis streams and Firehose streams, as a role of the rule.

A record of a stream has the partition key that stands at the target's PartitionKeyPath in the
event, and the event's id where nothing does.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html

ministack 1.5.33 drops events for both. This can go when it delivers them.
"""

import base64
import uuid
from typing import Any

from ministack.services import firehose, kinesis

from local.emulator import policies, scopes
from local.emulator.undeliverable import NO_PERMISSIONS, RESOURCE_NOT_FOUND, Undeliverable

SERVICE = "events.amazonaws.com"
WRITING = {"kinesis": "kinesis:PutRecord", "firehose": "firehose:PutRecord"}


def deliver(target: dict[str, Any], event: dict[str, Any], payload: str) -> None:
    """Writes what an event becomes for a target as a record. Undeliverable if the target is gone or
    its role may not.
    """
    arn = target["Arn"]
    service, name = arn.split(":")[2], arn.rsplit("/", 1)[-1]
    streams = kinesis._streams if service == "kinesis" else firehose._streams
    with scopes.owner_of(arn):
        if name not in streams:
            raise Undeliverable(RESOURCE_NOT_FOUND, f"target {arn} does not exist")
        _check_role(target, WRITING[service])
        if service == "kinesis":
            kinesis.put_record_internal(arn, _partition_key(target, event), payload.encode())
        else:
            data = base64.b64encode(payload.encode()).decode()
            firehose._put_record({"DeliveryStreamName": name, "Record": {"Data": data}})


def _check_role(target: dict[str, Any], action: str) -> None:
    role, arn = target.get("RoleArn"), target["Arn"]
    if not role:
        raise Undeliverable(NO_PERMISSIONS, f"the rule delivers to {arn} as no role")
    if not policies.role_allows(role, action, arn, service=SERVICE):
        raise Undeliverable(NO_PERMISSIONS, f"{role} may not {action} {arn}")


def _partition_key(target: dict[str, Any], event: dict[str, Any]) -> str:
    path = (target.get("KinesisParameters") or {}).get("PartitionKeyPath", "$.id")
    found: Any = event
    for name in path.removeprefix("$.").split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, str) and found else str(uuid.uuid4())
