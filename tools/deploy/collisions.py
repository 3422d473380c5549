"""Names that a deploy would take twice, found before it begins.

CloudFormation makes what is new before it deletes what is old, so a name that moves from one
logical id to another is still taken when it is needed. What it retains keeps its name for good:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from deploy import registry
from deploy.naming import Identity, identity, name_property
from routes.order.states import Key
from routes.reading.assembly import Assembly, Resource

_RETAINED = ("Retain", "RetainExceptOnCreate")


@dataclass(frozen=True)
class Collision:
    """Who would be there twice, why, and what to do. Only a note where nothing fails by it now."""

    identity: Identity
    why: str
    do: str
    is_note: bool = False

    def __str__(self) -> str:
        return f"{'note' if self.is_note else 'error'}: {self.identity}: {self.why}; {self.do}"


def collisions(old: Assembly, new: Assembly) -> list[Collision]:
    """What collides on the way from one assembly to the other, from the templates alone."""
    before, after = _named(old), _named(new)
    found = [*_twice(after)]
    for who, (resource, *_) in after.items():
        if who in before:
            found.extend(_moved(who, before[who][0], resource))
    for who, (resource, *_) in before.items():
        if who not in after and _is_retained(resource):
            found.append(
                Collision(
                    who,
                    f"{resource.address} leaves its stack but stays in the account, retained",
                    "import it (`cdk import`) before anything takes its name, or delete it",
                    is_note=True,
                )
            )
    return sorted(found, key=lambda each: (each.is_note, each.identity))


def _twice(named: dict[Identity, list[Resource]]) -> Iterator[Collision]:
    for who, resources in named.items():
        if len(resources) > 1:
            addresses = ", ".join(each.address for each in resources)
            yield Collision(who, f"{addresses} all have this name", "rename all but one")


def _moved(who: Identity, before: Resource, after: Resource) -> Iterator[Collision]:
    if _place(before) == _place(after):
        replaced = _replaced_by(before, after)
        if replaced:
            yield Collision(
                who,
                f"a change of {', '.join(replaced)} replaces {after.address}, "
                "and the new one cannot have the name of the old",
                "give it another name, or undo the change",
            )
        return
    why = f"its name moves from {before.address} to {after.address}"
    if _is_retained(before):
        do = (
            "keep the logical id, or give it another name; "
            "or take the old one out first, which retains it, and import it (`cdk import`)"
        )
    else:
        do = (
            "keep the logical id (`override_logical_id`), or give it another name; "
            "or deploy twice: first without it, which deletes it and what it holds"
        )
    yield Collision(who, why, do)


def _replaced_by(before: Resource, after: Resource) -> list[str]:
    """The properties whose change replaces a resource."""
    fixed = registry.create_only(after.type)
    return [path for path in fixed if _at(before, path) != _at(after, path)]


def _at(resource: Resource, path: str) -> Any:
    return resource.get(*path.split("."))


def _place(resource: Resource) -> tuple[Key, str, str]:
    # A nested stack deploys with its parent, but is a stack of its own.
    return Key.owning(resource), resource.stack.name, resource.logical_id


def _is_retained(resource: Resource) -> bool:
    policies = (resource.definition.get(f"{what}Policy") for what in ("Deletion", "UpdateReplace"))
    return any(policy in _RETAINED for policy in policies)


def _named(assembly: Assembly) -> dict[Identity, list[Resource]]:
    found: dict[Identity, list[Resource]] = defaultdict(list)
    for resource in assembly.resources():
        who = identity(resource) if _has_names(resource.type) else None
        if who is not None:
            found[who].append(resource)
    return found


def _has_names(resource_type: str) -> bool:
    return not resource_type.startswith("Custom::") and name_property(resource_type) is not None
