"""What of an app the local run honours, and what not, each thing by its name.

CloudFormation's CREATE_COMPLETE says nothing of this: an emulator drops what it does not know.
What is said here rests on the list in `verified` and on what the emulator tells of itself: which
resource types it knows, and which properties its provisioners look at.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from local.verified import (
    ANYWHERE,
    CUSTOM_RESOURCES,
    DOCUMENTS,
    LEFT_OUT,
    VERIFIED,
    WITHOUT_MEANING,
)

Property = tuple[str, str]
"""A resource type and the path of a property; an empty path for a resource without any."""


@dataclass(frozen=True)
class Shortcomings:
    """What an app uses that is not verified, with how many resources use it.

    `unknown` are types that are there in name only, `dropped` properties that nothing in the
    emulator looks at, `unverified` properties that it may or may not honour, and `left_out` those
    that have no effect here for a reason that is known.
    """

    unknown: Counter[str]
    dropped: Counter[Property]
    unverified: Counter[Property]
    left_out: Counter[Property]

    @property
    def are_none(self) -> bool:
        """Whether all is verified, or left out for a reason that is known."""
        return not (self.unknown or self.dropped or self.unverified)


def shortcomings(
    templates: Iterable[dict[str, Any]],
    *,
    known: Collection[str] | None = None,
    looked_at: Mapping[str, Iterable[str]] | None = None,
) -> Shortcomings:
    """What the templates use that is not verified.

    `known` are the types that the emulator knows, and `looked_at` the properties that its
    provisioners look at, by type; without these, nothing is said to be unknown or dropped.
    """
    found = Shortcomings(Counter(), Counter(), Counter(), Counter())
    for resource in (r for template in templates for r in template["Resources"].values()):
        resource_type = resource["Type"]
        custom = resource_type.startswith(CUSTOM_RESOURCES)
        if known is not None and resource_type not in known and not custom:
            found.unknown[resource_type] += 1
            continue
        for path in paths(resource):
            counted = _counted(found, resource_type, path, looked_at)
            if counted is not None:
                counted[resource_type, path] += 1
    return found


def reason_to_leave_out(resource_type: str, path: str) -> str | None:
    """Why a property has no effect here, where that is known."""
    return LEFT_OUT.get(resource_type, {}).get(path) or ANYWHERE.get(path)


def paths(resource: dict[str, Any]) -> set[str]:
    """The paths of all properties that a resource of a template has; one empty path for none."""
    return set(_paths(resource.get("Properties", {}))) or {""}


def by_type(properties: Iterable[Property]) -> dict[str, list[str]]:
    """The paths of properties, sorted, under their types."""
    grouped: dict[str, list[str]] = defaultdict(list)
    for resource_type, path in sorted(properties):
        grouped[resource_type].append(path)
    return grouped


def _counted(
    found: Shortcomings,
    resource_type: str,
    path: str,
    looked_at: Mapping[str, Iterable[str]] | None,
) -> Counter[Property] | None:
    """Where a property counts; None when it is honoured."""
    if resource_type in WITHOUT_MEANING or resource_type.startswith(CUSTOM_RESOURCES):
        return None
    if path in VERIFIED.get(resource_type, ()) or (not path and resource_type in VERIFIED):
        return None
    if reason_to_leave_out(resource_type, path):
        return found.left_out
    name = path.split(".")[0]
    if name and looked_at is not None and name not in looked_at.get(resource_type, ()):
        return found.dropped
    return found.unverified


def _paths(node: Any) -> Iterator[str]:
    for item in node if isinstance(node, list) else [node]:
        if isinstance(item, dict) and not _is_intrinsic(item):
            for name, value in item.items():
                below = [] if name in DOCUMENTS else list(_paths(value))
                yield from (f"{name}.{path}" for path in below) if below else [name]


def _is_intrinsic(node: dict[str, Any]) -> bool:
    return len(node) == 1 and next(iter(node)).startswith(("Ref", "Fn::"))
