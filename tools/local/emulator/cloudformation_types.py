"""CloudFormation provisions archives, bus policies and schema registries.

AWS has the types AWS::Events::Archive, AWS::Events::EventBusPolicy, AWS::EventSchemas::Registry
and AWS::EventSchemas::Schema; ministack 1.5.33 refuses a template that uses one.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Events.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_EventSchemas.html

Each can go when ministack has it: `add_resource_type` then refuses to start. There is no API of
the schema registry locally, so schemas are checked as AWS does, and kept nowhere.
"""

import json
from typing import Any

from ministack.services import eventbridge
from ministack.services.cloudformation import provisioners

from local.emulator import scopes, seams

Properties = dict[str, Any]
Provisioned = tuple[str, dict[str, Any]]
SCHEMA_TYPES = ("OpenApi3", "JSONSchemaDraft4")


def install() -> None:
    """Adds the types."""
    seams.add_resource_type(
        "AWS::Events::Archive", _create_archive, _update_archive, _delete_archive
    )
    seams.add_resource_type(
        "AWS::Events::EventBusPolicy", _create_policy, _update_policy, _delete_policy
    )
    seams.add_resource_type(
        "AWS::EventSchemas::Registry", _create_registry, _update_registry, _forget
    )
    seams.add_resource_type("AWS::EventSchemas::Schema", _create_schema, _update_schema, _forget)


def _create_archive(logical_id: str, properties: Properties, stack: str) -> Provisioned:
    name = properties.get("ArchiveName") or provisioners._physical_name(
        stack, logical_id, max_len=48
    )
    _check(
        eventbridge._create_archive(
            {
                **_archive_settings(properties),
                "ArchiveName": name,
                "EventSourceArn": properties["SourceArn"],
            }
        )
    )
    return name, _archive_attributes(name)


def _update_archive(
    name: str, old: Properties, new: Properties, stack: str, logical_id: str | None
) -> Provisioned:
    if any(old.get(key) != new.get(key) for key in ("ArchiveName", "SourceArn")):
        _delete_archive(name, old)
        return _create_archive(logical_id or name, new, stack)
    _check(eventbridge._update_archive({**_archive_settings(new), "ArchiveName": name}))
    return name, _archive_attributes(name)


def _delete_archive(name: str, _: Properties) -> None:
    eventbridge._delete_archive({"ArchiveName": name})


def _archive_settings(properties: Properties) -> dict[str, Any]:
    pattern = properties.get("EventPattern", "")
    return {
        "Description": properties.get("Description", ""),
        "EventPattern": json.dumps(pattern) if isinstance(pattern, dict) else pattern,
        "RetentionDays": int(properties.get("RetentionDays", 0)),
        "KmsKeyIdentifier": properties.get("KmsKeyIdentifier", ""),
    }


def _archive_attributes(name: str) -> dict[str, Any]:
    return {
        "Arn": f"arn:aws:events:{scopes.region()}:{scopes.account()}:archive/{name}",
        "ArchiveName": name,
    }


def _create_policy(_: str, properties: Properties, __: str) -> Provisioned:
    bus, statement = properties.get("EventBusName", "default"), _statement(properties)
    if bus not in eventbridge._event_buses and bus != "default":
        raise ValueError(f"AWS::Events::EventBusPolicy: event bus {bus} does not exist")
    _remove_statement(bus, statement["Sid"])
    policy = eventbridge._event_bus_policies.get(bus) or {"Version": "2012-10-17", "Statement": []}
    policy["Statement"].append(statement)
    eventbridge._event_bus_policies[bus] = policy
    return f"{bus}|{statement['Sid']}", {}


def _update_policy(
    physical_id: str, _: Properties, new: Properties, stack: str, logical_id: str | None
) -> Provisioned:
    updated = _create_policy(logical_id or physical_id, new, stack)
    if updated[0] != physical_id:
        _delete_policy(physical_id, new)
    return updated


def _delete_policy(physical_id: str, _: Properties) -> None:
    _remove_statement(*physical_id.split("|", 1))


def _statement(properties: Properties) -> dict[str, Any]:
    statement = properties.get("Statement") or {
        "Effect": "Allow",
        "Principal": properties.get("Principal"),
        "Action": properties.get("Action"),
        "Resource": "*",
        **({"Condition": properties["Condition"]} if "Condition" in properties else {}),
    }
    return {**statement, "Sid": properties["StatementId"]}


def _remove_statement(bus: str, sid: str) -> None:
    eventbridge._remove_permission({"EventBusName": bus, "StatementId": sid})


def _create_registry(logical_id: str, properties: Properties, stack: str) -> Provisioned:
    name = properties.get("RegistryName") or f"{stack}-{logical_id}"
    arn = f"arn:aws:schemas:{scopes.region()}:{scopes.account()}:registry/{name}"
    return arn, {"RegistryArn": arn, "RegistryName": name}


def _update_registry(
    physical_id: str, _: Properties, new: Properties, stack: str, logical_id: str | None
) -> Provisioned:
    return _create_registry(logical_id or physical_id, new, stack)


def _create_schema(logical_id: str, properties: Properties, stack: str) -> Provisioned:
    if properties["Type"] not in SCHEMA_TYPES:
        raise ValueError(
            f"AWS::EventSchemas::Schema {logical_id}: Type is {properties['Type']!r}, "
            f"expected one of {SCHEMA_TYPES}"
        )
    try:
        json.loads(properties["Content"])
    except json.JSONDecodeError as error:
        raise ValueError(
            f"AWS::EventSchemas::Schema {logical_id}: Content is no JSON: {error}"
        ) from error
    registry = properties["RegistryName"].split("registry/")[-1]
    name = properties.get("SchemaName") or f"{stack}-{logical_id}"
    arn = f"arn:aws:schemas:{scopes.region()}:{scopes.account()}:schema/{registry}/{name}"
    return arn, {"SchemaArn": arn, "SchemaName": name, "SchemaVersion": "1"}


def _update_schema(
    physical_id: str, _: Properties, new: Properties, stack: str, logical_id: str | None
) -> Provisioned:
    return _create_schema(logical_id or physical_id, new, stack)


def _forget(_: str, __: Properties) -> None:
    """Nothing is kept, so nothing is to be deleted."""


def _check(response: tuple[int, Any, bytes]) -> None:
    if response[0] >= 400:
        raise ValueError(json.loads(response[2]).get("message", response[2]))
