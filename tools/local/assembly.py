"""Reads a CDK cloud assembly (`cdk.out`): its stacks in the order in which they deploy.

https://docs.aws.amazon.com/cdk/v2/guide/deploy.html#deploy-how-synth-assemblies
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from local.errors import LocalRunError
from local.left_out import without_left_out
from local.template_check import refuse_broken

# Where a stack goes that says neither its account nor its region. The account is also the one
# that requests with other credentials than a local account's id end up in.
DEFAULT_ACCOUNT = "000000000000"
DEFAULT_REGION = "us-east-1"
# The key of the template's metadata under which a stack says what it is.
METADATA_KEY = "crossbus"
# As `cdk bootstrap` names it where a stack does not say.
BUCKET = "cdk-assets-${AWS::AccountId}-${AWS::Region}"

Template = dict[str, Any]


@dataclass(frozen=True)
class Asset:
    """A file or folder that a stack's resources are made from, and where it must be uploaded."""

    source: Path
    bucket: str
    key: str


@dataclass(frozen=True)
class Stack:
    """A stack of the assembly, with its template as it deploys locally.

    `bucket` is the one of `cdk bootstrap`, which templates and assets are uploaded to. `nested`
    are the templates of its nested stacks, by the key under which the stack looks for them.
    `agnostic` is True for one that names no environment of its own. `told_apart` is what it is
    called where another stack of the assembly says the same of itself.
    """

    name: str
    account: str
    region: str
    template: Template
    bucket: str
    assets: tuple[Asset, ...]
    left_out: frozenset[str]
    nested: dict[str, Template] = field(default_factory=dict)
    agnostic: bool = False
    told_apart: str = ""

    @property
    def metadata(self) -> dict[str, Any]:
        """What the stack says of itself; empty when it says nothing."""
        said = self.template.get("Metadata", {}).get(METADATA_KEY)
        return said if isinstance(said, dict) else {}

    @property
    def label(self) -> str:
        """What the stack is called here: the domain that its metadata names, or its own name."""
        return self.told_apart or str(self.metadata.get("domain") or self.name)

    @property
    def templates(self) -> tuple[Template, ...]:
        """The stack's template, and those of its nested stacks."""
        return (self.template, *self.nested.values())


def read(
    folder: Path, account: str = DEFAULT_ACCOUNT, region: str = DEFAULT_REGION
) -> tuple[Stack, ...]:
    """The stacks of a cloud assembly, those of its stages included, each after what it depends on.

    `account` and `region` are where stacks go that name none.

    Raises LocalRunError when the folder is no cloud assembly or a file in it cannot be read, or
    when CloudFormation would refuse a template.
    """
    stacks = tuple(_stacks(folder, {"AWS::AccountId": account, "AWS::Region": region}))
    labels = Counter(stack.label for stack in stacks)
    return tuple(
        stack
        if labels[stack.label] == 1
        else replace(stack, told_apart=f"{stack.name}@{stack.account}/{stack.region}")
        for stack in stacks
    )


def organization(stacks: Iterable[Stack]) -> str | None:
    """The organization that the stacks' policies demand of who calls, or None.

    Raises LocalRunError when they demand different ones.
    """
    found = {
        name for stack in stacks for template in stack.templates for name in _demanded(template)
    }
    if len(found) > 1:
        raise LocalRunError(f"the policies name several organizations: {sorted(found)}")
    return next(iter(found), None)


def _demanded(node: Any) -> Iterator[str]:
    children = node if isinstance(node, list) else node.values() if isinstance(node, dict) else ()
    if isinstance(node, dict) and isinstance(node.get("aws:PrincipalOrgID"), str):
        yield node["aws:PrincipalOrgID"]
    for child in children:
        yield from _demanded(child)


def _stacks(folder: Path, defaults: dict[str, str]) -> Iterator[Stack]:
    if not (folder / "manifest.json").exists():
        raise LocalRunError(
            f"{folder} is no cloud assembly: it has no manifest.json; synthesize the app first "
            "(`cdk synth`)"
        )
    artifacts: dict[str, dict[str, Any]] = _json(folder / "manifest.json").get("artifacts", {})
    needs = {name: artifacts[name].get("dependencies", []) for name in sorted(artifacts)}
    for name in TopologicalSorter(needs).static_order():
        kind = artifacts[name]["type"]
        if kind == "aws:cloudformation:stack":
            yield _stack(folder, name, artifacts, defaults)
        elif kind == "cdk:cloud-assembly":
            yield from _stacks(folder / artifacts[name]["properties"]["directoryName"], defaults)


def _stack(
    folder: Path, name: str, artifacts: dict[str, dict[str, Any]], defaults: dict[str, str]
) -> Stack:
    artifact = artifacts[name]
    properties = artifact["properties"]
    stack_name = properties.get("stackName", name)
    account, region, agnostic = _environment(name, artifact["environment"], defaults)
    here = {"AWS::AccountId": account, "AWS::Region": region, "AWS::Partition": "aws"}
    template = _json(folder / properties["templateFile"])
    refuse_broken(stack_name, template)
    template, left_out = without_left_out(template)
    files = _files(folder, [artifacts[needed] for needed in artifact.get("dependencies", [])])
    nested, used = {}, json.dumps(template["Resources"])
    # A nested template is known by its name: one may hold further nested ones.
    for source, destination in files:
        if source.name.endswith(".nested.template.json"):
            inner = _json(source)
            refuse_broken(f"{stack_name}, nested {source.name}", inner)
            nested[_named(destination["objectKey"], here)], _ = without_left_out(inner)
            used += json.dumps(inner["Resources"])
    return Stack(
        name=stack_name,
        account=account,
        region=region,
        template=template,
        bucket=_named(_bucket(properties), here),
        assets=tuple(
            Asset(
                source=source,
                bucket=_named(destination["bucketName"], here),
                key=_named(destination["objectKey"], here),
            )
            for source, destination in files
            # The template itself is listed too, and so is the code of what is left out.
            if destination["objectKey"] in used
            and _named(destination["objectKey"], here) not in nested
        ),
        left_out=left_out,
        nested=nested,
        agnostic=agnostic,
    )


def _environment(name: str, environment: str, defaults: dict[str, str]) -> tuple[str, str, bool]:
    """The account and region of `aws://account/region`, and whether one of them was unknown."""
    account, _, region = environment.removeprefix("aws://").partition("/")
    no_account, no_region = account == "unknown-account", region == "unknown-region"
    account = defaults["AWS::AccountId"] if no_account else account
    region = defaults["AWS::Region"] if no_region else region
    if not (account.isdigit() and len(account) == 12 and region):
        raise LocalRunError(
            f"stack {name}: environment is {environment!r}, "
            "expected an account of 12 digits and a region"
        )
    return account, region, no_account or no_region


def _bucket(properties: dict[str, Any]) -> str:
    url = properties.get("stackTemplateAssetObjectUrl")
    return str(url).split("/")[2] if url else BUCKET


def _named(text: str, here: dict[str, str]) -> str:
    """The text with what stands in it for the stack's account and region."""
    for name, value in here.items():
        text = text.replace("${" + name + "}", value)
    return text


def _json(file: Path) -> Any:
    """What a file of the assembly holds. Raises LocalRunError, naming it, when it is no JSON."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise LocalRunError(
            f"{file} cannot be read as JSON: {error}; synthesize the app to write it anew"
        ) from error


def _files(folder: Path, needed: list[dict[str, Any]]) -> list[tuple[Path, dict[str, str]]]:
    """Every file or folder that asset manifests list, with each place it is uploaded to."""
    manifests = [
        folder / artifact["properties"]["file"]
        for artifact in needed
        if artifact["type"] == "cdk:asset-manifest"
    ]
    return [
        (manifest.parent / entry["source"]["path"], destination)
        for manifest in manifests
        for entry in _json(manifest).get("files", {}).values()
        # An asset of an executable is made by it at deployment.
        if "path" in entry["source"]
        for destination in entry["destinations"].values()
    ]
