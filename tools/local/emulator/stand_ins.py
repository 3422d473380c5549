"""Resources of types that the emulator does not know are there in name only.

On AWS each resource type does something. ministack 1.5.33 refuses a template with a type that it
does not know, which would keep the whole of an app from running for the sake of one type that may
not matter here. The tool names such types to its user, and to the emulator, which then creates
them as nothing but a name, an ARN and attributes made of these; so that what refers to them can.

This can go when ministack knows every type, which it never will.
"""

import re
from collections.abc import Iterable
from typing import Any

from ministack.core import lambda_runtime
from ministack.services.cloudformation import provisioners

from local.emulator import scopes, seams

PACKAGE = re.compile(r'"(@aws-sdk/[\w-]+)":')

_types: set[str] = set()


def install() -> None:
    """Makes sure that types can be added, and packages found."""
    seams.original(provisioners, "_RESOURCE_HANDLERS")
    seams.original(lambda_runtime, "_NODEJS_WORKER_SCRIPT")


def known_types() -> list[str]:
    """The resource types that are more than a name here."""
    return sorted(provisioners._RESOURCE_HANDLERS.keys() - _types)


def add(resource_types: Iterable[str]) -> None:
    """Lets resources of these types be there in name only; does nothing for types there are."""
    for resource_type in set(resource_types) - provisioners._RESOURCE_HANDLERS.keys():
        seams.add_resource_type(
            resource_type, _create(resource_type), _update(resource_type), _delete
        )
        _types.add(resource_type)


def packages() -> list[str]:
    """The packages of the AWS SDK for JavaScript that ministack's Node.js worker stands in for."""
    return sorted(set(PACKAGE.findall(lambda_runtime._NODEJS_WORKER_SCRIPT)))


class Attributes(dict[str, str]):
    """Whatever attribute is asked for: an ARN or the resource's name."""

    def __init__(self, arn: str, name: str) -> None:
        super().__init__(Arn=arn, Id=name, Name=name)

    def __contains__(self, attribute: object) -> bool:
        return isinstance(attribute, str)

    def __missing__(self, attribute: str) -> str:
        return self["Arn"] if attribute.lower().endswith("arn") else self["Name"]


def _create(resource_type: str) -> seams.Create:
    def create(logical_id: str, _: dict[str, Any], stack: str) -> tuple[str, dict[str, Any]]:
        name = f"{stack}-{logical_id}"
        return name, Attributes(_arn(resource_type, name), name)

    return create


def _update(resource_type: str) -> seams.Update:
    def update(name: str, *_: Any) -> tuple[str, dict[str, Any]]:
        return name, Attributes(_arn(resource_type, name), name)

    return update


def _delete(_: str, __: dict[str, Any]) -> None:
    """Nothing was made, so nothing is to be deleted."""


def _arn(resource_type: str, name: str) -> str:
    service, _, kind = resource_type.removeprefix("AWS::").partition("::")
    kind = re.sub(r"(?<!^)(?=[A-Z])", "-", kind).lower()
    return f"arn:aws:{service.lower()}:{scopes.region()}:{scopes.account()}:{kind}/{name}"
