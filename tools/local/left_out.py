"""Takes out of a template what it says is not for the local run.

A resource says so with the metadata `"crossbus:local": "left out"`: such as a layer of packages
built for the functions' platform, which come from the virtual environment here.
"""

import json
import shutil
from pathlib import Path
from typing import Any

from local.errors import LocalRunError

LEFT_OUT_KEY = "crossbus:local"
LEFT_OUT = "left out"


def without_left_out(template: dict[str, Any]) -> tuple[dict[str, Any], frozenset[str]]:
    """The template without the resources marked as left out, and their logical ids.

    References to them are removed from the lists they stand in, such as a function's layers.

    Raises LocalRunError when something outside a list refers to such a resource.
    """
    resources: dict[str, Any] = template.get("Resources", {})
    left_out = frozenset(
        logical_id
        for logical_id, resource in resources.items()
        if resource.get("Metadata", {}).get(LEFT_OUT_KEY) == LEFT_OUT
    )
    kept = {
        "Resources": {i: resource for i, resource in resources.items() if i not in left_out},
        "Outputs": {
            name: output
            for name, output in template.get("Outputs", {}).items()
            if not _refers_to(output.get("Value"), left_out)
        },
    }
    return {**template, **_without_references(kept, left_out, "template")}, left_out


def copy_without_left_out(assembly: Path, folder: Path) -> Path:
    """Copies a cloud assembly into a folder that is not there yet, without what is marked so.

    Returns the folder. Raises LocalRunError as `without_left_out` does.
    """
    shutil.copytree(assembly, folder)
    for path in folder.rglob("*.template.json"):
        template, _ = without_left_out(json.loads(path.read_text()))
        path.write_text(json.dumps(template))
    return folder


def _without_references(node: Any, left_out: frozenset[str], where: str) -> Any:
    if isinstance(node, list):
        remaining = [item for item in node if not _refers_to(item, left_out)]
        return [_without_references(item, left_out, where) for item in remaining]
    if not isinstance(node, dict):
        return node
    if _refers_to(node, left_out):
        raise LocalRunError(f"{where} refers to a resource that is left out locally: {node}")
    return {
        key: _without_references(value, left_out, f"{where}.{key}") for key, value in node.items()
    }


def _refers_to(node: Any, left_out: frozenset[str]) -> bool:
    if isinstance(node, str):
        return node in left_out
    if not isinstance(node, dict) or len(node) != 1:
        return False
    attribute = node.get("Fn::GetAtt") or [""]
    return node.get("Ref") in left_out or attribute[0] in left_out
