"""Reads a CDK cloud assembly (`cdk.out`): its stacks in the order in which they deploy.

https://docs.aws.amazon.com/cdk/v2/guide/deploy.html#deploy-how-synth-assemblies
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import networkx as nx

from local.errors import LocalRunError
from local.template_check import refuse_broken

LEFT_OUT_KEY = "crossbus:local"
LEFT_OUT = "left out"


@dataclass(frozen=True)
class Asset:
    """A file or folder that a stack's resources are made from, and where it must be uploaded."""

    source: Path
    bucket: str
    key: str


@dataclass(frozen=True)
class Stack:
    """A stack of the assembly, with its template as it deploys locally.

    `bucket` is the one of `cdk bootstrap`, which templates and assets are uploaded to.
    """

    name: str
    account: str
    region: str
    template: dict[str, Any]
    bucket: str
    assets: tuple[Asset, ...]
    left_out: frozenset[str]

    @property
    def domain(self) -> str:
        """The domain the stack belongs to: the last word of its name, as `crossbus-dev-orders`."""
        return self.name.rsplit("-", 1)[-1].lower()


def read(folder: Path) -> tuple[Stack, ...]:
    """The stacks of a cloud assembly, each after those it depends on.

    Raises LocalRunError when the folder is no cloud assembly, when a stack names no account or
    region, or when CloudFormation would refuse its template.
    """
    if not (folder / "manifest.json").exists():
        raise LocalRunError(
            f"{folder} is no cloud assembly: it has no manifest.json; run `make synth` first"
        )
    artifacts: dict[str, dict[str, Any]] = _json(folder / "manifest.json")["artifacts"]
    needs: nx.DiGraph[str] = nx.DiGraph()
    for name, artifact in artifacts.items():
        needs.add_node(name)
        needs.add_edges_from((needed, name) for needed in artifact.get("dependencies", []))
    return tuple(
        _stack(folder, name, artifacts)
        for name in nx.lexicographical_topological_sort(needs)
        if artifacts[name]["type"] == "aws:cloudformation:stack"
    )


def organization(stacks: Iterable[Stack]) -> str | None:
    """The organization that the stacks' policies demand of who calls, or None.

    Raises LocalRunError when they demand different ones.
    """
    found = {name for stack in stacks for name in _organizations(stack.template)}
    if len(found) > 1:
        raise LocalRunError(f"the policies name several organizations: {sorted(found)}")
    return next(iter(found), None)


def _organizations(node: Any) -> Iterator[str]:
    children = node if isinstance(node, list) else node.values() if isinstance(node, dict) else ()
    if isinstance(node, dict) and isinstance(node.get("aws:PrincipalOrgID"), str):
        yield node["aws:PrincipalOrgID"]
    for child in children:
        yield from _organizations(child)


def _stack(folder: Path, name: str, artifacts: dict[str, dict[str, Any]]) -> Stack:
    artifact = artifacts[name]
    account, region = artifact["environment"].removeprefix("aws://").split("/")
    if not account.isdigit() or region.startswith("unknown"):
        raise LocalRunError(
            f"stack {name}: environment is {artifact['environment']!r}, "
            "expected an account of 12 digits and a region"
        )
    template = _json(folder / artifact["properties"]["templateFile"])
    refuse_broken(artifact["properties"].get("stackName", name), template)
    template, left_out = without_left_out(template)
    manifests = [
        folder / artifacts[needed]["properties"]["file"]
        for needed in artifact.get("dependencies", [])
        if artifacts[needed]["type"] == "cdk:asset-manifest"
    ]
    return Stack(
        name=artifact["properties"].get("stackName", name),
        account=account,
        region=region,
        template=template,
        bucket=artifact["properties"]["stackTemplateAssetObjectUrl"].split("/")[2],
        assets=tuple(asset for manifest in manifests for asset in _assets(manifest, template)),
        left_out=left_out,
    )


def _json(file: Path) -> Any:
    """What a file of the assembly holds. Raises LocalRunError, naming it, when it is no JSON."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise LocalRunError(
            f"{file} cannot be read as JSON: {error}; run `make synth` to write it anew"
        ) from error


def _assets(manifest: Path, template: dict[str, Any]) -> Iterator[Asset]:
    used = json.dumps(template["Resources"])
    for entry in _json(manifest)["files"].values():
        for destination in entry["destinations"].values():
            # The template itself is listed too, and so is the code of what is left out.
            if destination["objectKey"] in used:
                yield Asset(
                    source=manifest.parent / entry["source"]["path"],
                    bucket=destination["bucketName"],
                    key=destination["objectKey"],
                )


def without_left_out(template: dict[str, Any]) -> tuple[dict[str, Any], frozenset[str]]:
    """The template without the resources marked as left out locally, and their logical ids.

    A resource says so with the metadata `"crossbus:local": "left out"`. References to it are
    removed from the lists they stand in, such as a function's layers.

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
