"""Replaces private names of ministack, and says so clearly when an upgrade took one away."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

from ministack.services.cloudformation import provisioners

PINNED_VERSION = "1.5.33"


class SeamGone(Exception):
    """A private name of ministack that an addition rests on does not exist any more."""


def replace(module: ModuleType, name: str, replacement: Any) -> None:
    """Puts `replacement` in the place of a module's private name, which must exist."""
    original(module, name)
    setattr(module, name, replacement)


def original(module: ModuleType, name: str) -> Any:
    """A module's private name, which must exist. Raises SeamGone when it does not."""
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
    handler = original(provisioners, "_RESOURCE_HANDLERS").get(resource_type)
    if handler is None or not {"create", "update"} <= handler.keys():
        raise SeamGone(f"ministack no longer creates and updates {resource_type}")
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
