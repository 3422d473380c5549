"""What AWS says of resource types and of IAM's actions, from the data that cfn-lint brings along.

The schemas are those of the CloudFormation registry; `handlers` in them name the permissions that
CloudFormation itself needs:
https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html
"""

import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from deploy.errors import DeployError

# Any region that has all types: schemas differ by region in their enumerations only.
_REGION = "us-east-1"


@cache
def schema(resource_type: str) -> dict[str, Any]:
    """The registry's schema of a resource type. DeployError for a type that AWS has not."""
    # It takes seconds to load, and most commands do without.
    from cfnlint.schema import PROVIDER_SCHEMA_MANAGER, ResourceNotFoundError

    try:
        found = PROVIDER_SCHEMA_MANAGER.get_resource_schema(_REGION, resource_type)
    except ResourceNotFoundError:
        raise DeployError(
            f"resource type {resource_type!r} is not known: expected one of AWS's or Custom::…; "
            "a newer cfn-lint may know it"
        ) from None
    return dict(found.schema)


def permissions(resource_type: str) -> frozenset[str]:
    """The actions that CloudFormation needs to make, read, change, delete, list and tag a type."""
    found = schema(resource_type)
    parts = [*found.get("handlers", {}).values(), found.get("tagging", {})]
    return frozenset(action for part in parts for action in part.get("permissions", ()))


def create_only(resource_type: str) -> tuple[str, ...]:
    """The properties, as dotted paths, whose change replaces a resource."""
    return _properties(resource_type, "createOnlyProperties")


def identifier(resource_type: str) -> tuple[str, ...]:
    """The properties, as dotted paths, that tell a resource from all others of its type."""
    return _properties(resource_type, "primaryIdentifier")


def _properties(resource_type: str, which: str) -> tuple[str, ...]:
    paths = schema(resource_type).get(which, ())
    return tuple(path.removeprefix("/properties/").replace("/", ".") for path in paths)


@cache
def _services() -> dict[str, Any]:
    package = find_spec("cfnlint")
    assert package is not None
    assert package.origin is not None
    file = Path(package.origin).parent / "data" / "AdditionalSpecs" / "Policies.json"
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def is_action(action: str) -> bool:
    """Whether IAM has an action; schemas name some that it has not."""
    service, _, name = action.partition(":")
    return name.lower() in _services().get(service, {}).get("Actions", {})


def kinds(action: str) -> tuple[str, ...]:
    """The kinds of resources that an action may be limited to; none where IAM knows none."""
    service, _, name = action.partition(":")
    return tuple(_services()[service]["Actions"][name.lower()].get("Resources", ()))


def arn_formats(service: str, kind: str) -> tuple[str, ...]:
    """The ARNs of a kind of resource of a service, with `.*` where its names are."""
    known = {name.lower(): each for name, each in _services()[service]["Resources"].items()}
    return tuple(known.get(kind.lower(), {}).get("ARNFormats", ()))
