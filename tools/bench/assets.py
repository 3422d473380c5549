"""Where the code of an assembly's functions stands: in the folders of its assets."""

import json
from pathlib import Path
from typing import Any

LEFT_OUT = ("crossbus:local", "left out")
"""The metadata of a layer whose packages are those of this interpreter."""


def code(resource: Any) -> tuple[tuple[Path, ...], str]:
    """The folders of a function's code and layers; and why it cannot be run here, if it cannot."""
    runtime = str(resource.get("Runtime"))
    if not runtime.startswith("python"):
        return (), f"its runtime is {runtime}"
    own = _asset(resource, resource.get("Code", "S3Key"))
    if own is None:
        return (), "its code is no asset of the assembly"
    folders = [own]
    for layer in resource.definition["Properties"].get("Layers", []):
        found = _layer(resource.stack, layer)
        if found is not None:
            folders.append(found / "python")
    return tuple(folders), ""


def _layer(stack: Any, reference: Any) -> Path | None:
    logical_id = reference.get("Ref") if isinstance(reference, dict) else None
    layer = stack.resources.get(logical_id)
    key, value = LEFT_OUT
    if layer is None or layer.definition.get("Metadata", {}).get(key) == value:
        return None
    return _asset(layer, layer.get("Content", "S3Key"))


def _asset(resource: Any, key: Any) -> Path | None:
    """The folder of the assembly that is uploaded under a key."""
    folder: Path = resource.stack.template_file.parent
    for manifest in sorted(folder.glob("*.assets.json")):
        for asset in json.loads(manifest.read_text()).get("files", {}).values():
            keys = [to.get("objectKey") for to in asset.get("destinations", {}).values()]
            source = folder / str(asset.get("source", {}).get("path"))
            if key in keys and source.is_dir():
                return source.resolve()
    return None
