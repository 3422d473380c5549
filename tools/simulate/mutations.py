"""Mistakes made on purpose, in handlers or templates, to see that histories find them."""

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simulate.errors import Stale
from simulate.functions.code import Patches

Template = dict[str, Any]
Change = Callable[[Template], int]
"""Changes a template; returns how often."""


@dataclass(frozen=True)
class Mutation:
    """A mistake. `code` is what is replaced in modules, by their paths below an asset; `template`
    changes what is deployed. `harmless` says why the system does not care, where it does not.
    """

    name: str
    code: Patches = field(default_factory=dict)
    template: Change | None = None
    harmless: str = ""


def mutated(assembly: Path, mutation: Mutation, folder: Path) -> Path:
    """The assembly with the mutation's templates, in a folder; the assembly itself without any.

    Stale if there is nothing to change.
    """
    if mutation.template is None:
        return assembly
    changed = 0
    for path in sorted(assembly.iterdir()):
        if path.name.endswith(".template.json"):
            template = json.loads(path.read_text(encoding="utf-8"))
            changed += mutation.template(template)
            (folder / path.name).write_text(json.dumps(template), encoding="utf-8")
        elif path.is_file():
            shutil.copy(path, folder)
        else:
            (folder / path.name).symlink_to(path.resolve())
    if not changed:
        raise Stale(f"{mutation.name}: the templates have nothing of the kind")
    return folder


def setting(type: str, path: Sequence[str], value: Any, of: str = "") -> Change:
    """Sets a property of each resource of a type, or removes it where the value is None.

    `of` is what the resource's name or logical id has to contain.
    """

    def change(template: Template) -> int:
        changed = 0
        for logical_id, resource in template["Resources"].items():
            properties = resource.get("Properties", {})
            if resource["Type"] != type or of not in logical_id + json.dumps(properties):
                continue
            holder = properties
            for step in path[:-1]:
                holder = holder[int(step) if isinstance(holder, list) else step]
            if value is None:
                changed += holder.pop(path[-1], None) is not None
            else:
                changed += holder.get(path[-1]) != value
                holder[path[-1]] = value
        return changed

    return change


def without(type: str, of: str = "") -> Change:
    """Removes the resources of a type whose properties or logical id contain something."""

    def change(template: Template) -> int:
        found = [
            logical_id
            for logical_id, resource in template["Resources"].items()
            if resource["Type"] == type and of in logical_id + json.dumps(resource)
        ]
        for logical_id in found:
            del template["Resources"][logical_id]
        return len(found)

    return change


def replaced(old: str, new: str) -> Change:
    """Replaces a text wherever a template has it."""

    def change(template: Template) -> int:
        text = json.dumps(template["Resources"])
        template["Resources"] = json.loads(text.replace(old, new))
        return text.count(old)

    return change
