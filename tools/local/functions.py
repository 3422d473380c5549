"""Which functions of an app cannot run here as they are, and why."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local import node_packages
from local.assembly import Stack

FUNCTION = "AWS::Lambda::Function"
RUNTIMES = ("python", "nodejs")


@dataclass(frozen=True)
class Limited:
    """A function that does not run as on AWS. `able` is False for one that cannot run at all."""

    name: str
    reason: str
    able: bool


def limited(stack: Stack, assembly: Path, stand_ins: Collection[str]) -> list[Limited]:
    """The functions of a stack that do not run as on AWS, with the reasons.

    `stand_ins` are the packages of the AWS SDK for JavaScript that the emulator stands in for.
    """
    return [
        Limited(name_of(logical_id, resource), *limit)
        for template in stack.templates
        for logical_id, resource in template["Resources"].items()
        if resource["Type"] == FUNCTION
        for limit in _limits(stack, resource.get("Properties", {}), assembly, stand_ins)
    ]


def name_of(logical_id: str, resource: dict[str, Any]) -> str:
    """What a person calls a resource: its construct's path, or its logical id."""
    path = str(resource.get("Metadata", {}).get("aws:cdk:path", logical_id))
    return path.removesuffix("/Resource")


def _limits(
    stack: Stack, properties: dict[str, Any], assembly: Path, stand_ins: Collection[str]
) -> Iterator[tuple[str, bool]]:
    runtime = str(properties.get("Runtime", ""))
    if "ImageUri" in properties.get("Code", {}):
        yield "it is a container image", False
    elif not runtime.startswith((*RUNTIMES, "provided")):
        yield f"runtime {runtime} is not on this machine", False
    elif runtime.startswith("provided"):
        yield f"runtime {runtime}: its program must be one for this machine", True
    foreign = [layer for layer in properties.get("Layers", []) if not _is_own(layer)]
    if foreign:
        yield f"{len(foreign)} layers of other accounts are not there", True
    code = _code(stack, properties)
    if runtime.startswith("nodejs") and code is not None:
        packages = node_packages.not_there(code, node_packages.folder_of(assembly), stand_ins)
        if packages.missing:
            names = ", ".join(sorted(packages.missing))
            yield f"may not start without {names}; npm install it beside the app", False
        if packages.standing_in:
            names = ", ".join(sorted(packages.standing_in))
            yield f"gets a small stand-in of {names}", True


def _is_own(layer: Any) -> bool:
    return isinstance(layer, dict) and ("Ref" in layer or "Fn::ImportValue" in layer)


def _code(stack: Stack, properties: dict[str, Any]) -> Path | None:
    """The file or folder that a function's code comes from; None for code in the template."""
    key = properties.get("Code", {}).get("S3Key")
    found = (asset.source for asset in stack.assets if asset.key == key)
    return next((source for source in found if source.exists()), None)
