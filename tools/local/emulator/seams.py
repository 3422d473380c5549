"""Replaces private names of ministack, and says so clearly when an upgrade took one away."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

from ministack.services.cloudformation import provisioners

from local.emulator import scopes

PINNED_VERSION = "1.5.33"


class SeamGone(Exception):
    """A private name of ministack that an addition rests on does not exist any more."""


def replace(module: ModuleType | type, name: str, replacement: Any) -> None:
    """Puts `replacement` in the place of a module's or class's private name, which must exist."""
    original(module, name)
    setattr(module, name, replacement)


def original(module: ModuleType | type, name: str) -> Any:
    """A private name of a module or class, which must exist. Raises SeamGone when it does not."""
    if not hasattr(module, name):
        raise SeamGone(
            f"{module.__name__}.{name} does not exist; the additions in local/emulator were "
            f"written for ministack {PINNED_VERSION}"
        )
    return getattr(module, name)


Create = Callable[[str, dict[str, Any], str], tuple[str, dict[str, Any]]]
Update = Callable[
    [str, dict[str, Any], dict[str, Any], str, str | None], tuple[str, dict[str, Any]]
]
Delete = Callable[[str, dict[str, Any]], None]


def add_resource_type(resource_type: str, create: Create, update: Update, delete: Delete) -> None:
    """Adds a CloudFormation resource type. Raises SeamGone when ministack has it by now."""
    handlers = original(provisioners, "_RESOURCE_HANDLERS")
    if resource_type in handlers:
        raise SeamGone(f"ministack provisions {resource_type} itself now: remove the addition")
    handlers[resource_type] = {
        "create": create,
        "update": update,
        "update_with_logical_id": True,
        "delete": delete,
    }


AfterWrite = Callable[[str, dict[str, Any]], None]


def after_write(resource_type: str, apply: AfterWrite) -> None:
    """Calls `apply(physical id, properties)` after each create and update of a resource type."""
    handler = _handler(resource_type)
    create, update = handler["create"], handler["update"]

    def create_and_apply(logical_id: str, properties: dict[str, Any], stack: str) -> Any:
        physical_id, attributes = create(logical_id, properties, stack)
        apply(physical_id, properties)
        return physical_id, attributes

    def update_and_apply(
        physical_id: str, old: dict[str, Any], new: dict[str, Any], stack: str, *logical_id: str
    ) -> Any:
        physical_id, attributes = update(physical_id, old, new, stack, *logical_id)
        apply(physical_id, new)
        return physical_id, attributes

    handler["create"], handler["update"] = create_and_apply, update_and_apply


def before_write(resource_type: str, check: Callable[[dict[str, Any]], None]) -> None:
    """Calls `check(properties)` before each create and update; raising fails the resource."""
    handler = _handler(resource_type)
    create, update = handler["create"], handler["update"]

    def check_and_create(logical_id: str, properties: dict[str, Any], stack: str) -> Any:
        check(properties)
        return create(logical_id, properties, stack)

    def check_and_update(
        physical_id: str, old: dict[str, Any], new: dict[str, Any], stack: str, *logical_id: str
    ) -> Any:
        check(new)
        return update(physical_id, old, new, stack, *logical_id)

    handler["create"], handler["update"] = check_and_create, check_and_update


def in_scope_of(resource_type: str, arn_property: str) -> None:
    """Creates, updates and deletes a resource in the account and region a property names."""
    handler = _handler(resource_type)
    create, update, delete = handler["create"], handler["update"], handler["delete"]

    def create_in_scope(logical_id: str, properties: dict[str, Any], stack: str) -> Any:
        with scopes.owner_of(properties[arn_property]):
            return create(logical_id, properties, stack)

    def update_in_scope(
        physical_id: str, old: dict[str, Any], new: dict[str, Any], stack: str, *logical_id: str
    ) -> Any:
        with scopes.owner_of(new[arn_property]):
            return update(physical_id, old, new, stack, *logical_id)

    def delete_in_scope(physical_id: str, properties: dict[str, Any]) -> None:
        with scopes.owner_of(properties[arn_property]):
            delete(physical_id, properties)

    handler.update(create=create_in_scope, update=update_in_scope, delete=delete_in_scope)


def _handler(resource_type: str) -> dict[str, Any]:
    handler: dict[str, Any] = original(provisioners, "_RESOURCE_HANDLERS").get(resource_type, {})
    if not {"create", "update"} <= handler.keys():
        raise SeamGone(f"ministack no longer creates and updates {resource_type}")
    return handler
