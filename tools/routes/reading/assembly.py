"""Loads a CDK cloud assembly: every stack of every stage, with its account and region."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from routes.reading.declarations import Declared, declared_in
from routes.reading.handovers import Handover, handovers_in
from routes.reading.home import Home, environment
from routes.reading.intrinsics import Scope
from routes.reading.shapes import Malformed

JsonObject = dict[str, Any]


class AssemblyError(Exception):
    """The folder is not a cloud assembly, or not one that can be read."""


@dataclass(eq=False)
class Resource:
    """One resource of one stack, its properties with every intrinsic function resolved."""

    stack: "Stack"
    logical_id: str
    type: str

    @cached_property
    def properties(self) -> JsonObject:
        return self.stack.scope.properties(self.logical_id)

    @property
    def definition(self) -> JsonObject:
        """The resource as it stands in the template, unresolved."""
        definition: JsonObject = self.stack.template["Resources"][self.logical_id]
        return definition

    @cached_property
    def arn(self) -> str:
        return self.stack.scope.names.arn(self.logical_id)

    @cached_property
    def name(self) -> str:
        return self.stack.scope.names.physical(self.logical_id)

    @cached_property
    def address(self) -> str:
        """Stack and logical id, as `check` names a resource."""
        return f"{self.stack.name}/{self.logical_id}"

    @property
    def path(self) -> str:
        """The construct's path below its stack, as CDK notes it; else the logical id."""
        metadata = self.definition.get("Metadata", {})
        noted = metadata.get("aws:cdk:path") or self.stack.paths.get(self.logical_id)
        noted = str(noted or self.logical_id)
        path = noted.removesuffix("/Resource").split("/", 1)[-1]
        parent, _, last = path.rpartition("/")
        # A construct's main resource is mostly called after its type: Publisher/Function.
        of_its_type = last == self.type.rsplit("::", 1)[-1] and last != self.logical_id
        return parent if parent and of_its_type else path

    def get(self, *path: str) -> Any:
        """Returns the resolved property at a path of keys, None where it is not set."""
        value: Any = self.properties
        for key in path:
            if not isinstance(value, dict):
                return None
            value = value.get(key)
        return value


@dataclass(eq=False)
class Stack:
    """One stack of the assembly. Account and region are tokens where the app leaves them open."""

    name: str
    template_file: Path
    template: JsonObject
    account: str
    region: str
    paths: dict[str, str] = field(default_factory=dict)
    home: Home = field(init=False)
    handovers: tuple[Handover, ...] = field(init=False)
    scope: Scope = field(init=False)
    resources: dict[str, Resource] = field(init=False)

    def __post_init__(self) -> None:
        self.home = Home(self.name, self.account, self.region)
        try:
            self.handovers = handovers_in(self.template.get("Metadata"))
        except Malformed as problem:
            raise AssemblyError(f"{self.template_file}: {problem}") from None
        given = frozenset(each.parameter for each in self.handovers)
        self.scope = Scope(self.home, self.template, given)
        self.resources = {
            logical_id: Resource(self, logical_id, str(definition.get("Type", "")))
            for logical_id, definition in self.template.get("Resources", {}).items()
            if self.scope.holds(definition.get("Condition")) is not False
        }

    @property
    def partition(self) -> str:
        return self.home.partition

    @cached_property
    def declared(self) -> Declared | None:
        """What the domain of this stack publishes and subscribes, None where it does not say."""
        try:
            return declared_in(self.template.get("Metadata"), self.name)
        except Malformed as problem:
            raise AssemblyError(f"{self.template_file}: {problem}") from None


@dataclass(eq=False)
class Assembly:
    """Every stack of a cloud assembly, nested stacks and stages included."""

    directory: Path
    stacks: list[Stack]

    def resources(self, *types: str) -> Iterator[Resource]:
        """Yields the resources of the given types (all without one), in the stacks' order."""
        for stack in self.stacks:
            for resource in stack.resources.values():
                if not types or resource.type in types:
                    yield resource


def load(directory: Path) -> Assembly:
    """Returns the cloud assembly in a folder; raises AssemblyError where there is none."""
    stacks = list(_stacks(directory))
    if not stacks:
        raise AssemblyError(f"{directory}: the cloud assembly holds no CloudFormation stack")
    exports: dict[tuple[str, str, str], tuple[Scope, Any]] = {}
    for stack in list(stacks):
        stacks.extend(_nested_stacks(stack))
    for stack in stacks:
        _ = stack.declared  # read now, so that what is wrong with it is said at once
        stack.scope.exports = exports
        for name, value in stack.scope.exported():
            exports[stack.account, stack.region, name] = (stack.scope, value)
    return Assembly(directory, stacks)


def _stacks(directory: Path) -> Iterator[Stack]:
    manifest = _read(directory / "manifest.json")
    where = f"{directory / 'manifest.json'}: artifacts"
    for artifact_id, artifact in sorted(_objects(where, manifest.get("artifacts", {})).items()):
        properties = artifact.get("properties", {})
        if artifact.get("type") == "aws:cloudformation:stack":
            file = directory / _named(where, artifact_id, properties, "templateFile")
            account, region = environment(artifact.get("environment", ""))
            name = properties.get("stackName", artifact_id)
            yield Stack(name, file, _template(file), account, region, _paths(directory, artifact))
        elif artifact.get("type") == "cdk:cloud-assembly":
            yield from _stacks(directory / _named(where, artifact_id, properties, "directoryName"))


def _paths(directory: Path, artifact: JsonObject) -> dict[str, str]:
    """The construct's path of each logical id, which CDK notes beside the template."""
    notes = dict(artifact.get("metadata", {}))
    more = directory / artifact.get("additionalMetadataFile", "")
    if more.is_file():
        notes |= _read(more)
    return {
        str(entry.get("data")): path.removeprefix("/")
        for path, entries in notes.items()
        for entry in entries
        if entry.get("type") == "aws:cdk:logicalId"
    }


def _nested_stacks(parent: Stack) -> Iterator[Stack]:
    """CDK puts a nested stack's template beside its parent's, as an asset."""
    for resource in parent.resources.values():
        if resource.type != "AWS::CloudFormation::Stack":
            continue
        file = _nested_template(parent, resource)
        if file is None:
            continue
        name = f"{parent.name}/{resource.logical_id}"
        nested = Stack(name, file, _template(file), parent.account, parent.region)
        nested.scope.parent = parent.scope
        nested.scope.arguments = resource.definition.get("Properties", {}).get("Parameters", {})
        parent.scope.nested[resource.logical_id] = nested.scope
        yield nested
        yield from _nested_stacks(nested)


def _nested_template(parent: Stack, resource: Resource) -> Path | None:
    """The template of a nested stack: named in the metadata, or by its hash among the assets."""
    directory = parent.template_file.parent
    named = resource.definition.get("Metadata", {}).get("aws:asset:path")
    if named:
        return directory / str(named)
    url = str(resource.get("TemplateURL"))
    for manifest in sorted(directory.glob("*.assets.json")):
        for digest, asset in _read(manifest).get("files", {}).items():
            path = asset.get("source", {}).get("path", "")
            if digest in url and path:
                return directory / str(path)
    return None


def _template(file: Path) -> JsonObject:
    template = _read(file)
    for section in ("Resources", "Parameters", "Outputs"):
        _objects(f"{file}: {section}", template.get(section, {}))
    return template


def _objects(where: str, value: Any) -> dict[str, JsonObject]:
    if not isinstance(value, dict):
        raise AssemblyError(f"{where} must be a JSON object, it is {value!r:.80}")
    for key, each in value.items():
        if not isinstance(each, dict):
            raise AssemblyError(f"{where}.{key} must be a JSON object, it is {each!r:.80}")
    return value


def _named(where: str, artifact_id: str, properties: JsonObject, key: str) -> str:
    value = properties.get(key)
    if not isinstance(value, str):
        raise AssemblyError(f"{where}.{artifact_id}.properties.{key} must be a text")
    return value


def _read(file: Path) -> JsonObject:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise AssemblyError(
            f"{file} is missing: {file.parent} must be a CDK cloud assembly, as cdk synth writes it"
        ) from None
    except (OSError, ValueError) as error:
        raise AssemblyError(f"{file} is not JSON: {error}") from None
    if not isinstance(content, dict):
        raise AssemblyError(f"{file} must hold a JSON object")
    return content
