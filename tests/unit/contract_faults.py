"""What is wrong with the golden examples and the schemas, in words that say how to mend it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema

from contracts.language import schemas
from contracts.language.catalog import CATALOG, EventType
from eventing.events import UnreadableEvent, decode, detail_json
from tests.conftest import ROOT

KINDS = {(kind.source, kind.detail_type, kind.version): kind for kind in CATALOG}


def schema_errors(schema: dict[str, Any], instance: object) -> list[jsonschema.ValidationError]:
    """Where the instance is not as the schema says."""
    validator = jsonschema.Draft4Validator(
        schema, format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER
    )
    return list(validator.iter_errors(instance))


def faults_of_examples(folder: Path) -> list[str]:
    """The faults of all examples in a folder, and the events that have none there."""
    paths = sorted(folder.rglob("*.json"))
    found = [fault for path in paths for fault in _faults(folder, path)]
    return found + [
        f"{kind.detail_type} {kind.version} of {kind.source} has no golden example: write "
        f"{_shown(folder)}/{kind.source}/{kind.detail_type}/{kind.version}.json, the whole event "
        "as EventBridge delivers it, like those beside it"
        for key, kind in KINDS.items()
        if not any(key == _named(folder, path) for path in paths)
    ]


def faults_of_schemas(folder: Path) -> list[str]:
    """The schemas that are not those of the contracts."""
    there = {path.name: path.read_text() for path in folder.glob("*.json")}
    current = schemas.generated()
    stale = {name for name in there.keys() | current.keys() if there.get(name) != current.get(name)}
    return [
        f"{_shown(folder)}/{name} is not what the contracts say: run `make docs` and commit it. If "
        "a version that is already published changed, give it a new version instead"
        for name in sorted(stale)
    ]


def _named(folder: Path, path: Path) -> tuple[str, str, str]:
    """Source, detail-type and version, as folders and name of the file say them."""
    folders = path.relative_to(folder).parent
    return str(folders.parent), folders.name, path.stem.partition("-")[0]


def _shown(path: Path) -> str:
    return str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)


def _faults(folder: Path, path: Path) -> Iterator[str]:
    shown, named = _shown(path), _named(folder, path)
    kind = KINDS.get(named)
    if kind is None:
        known = ", ".join("/".join(key) for key in KINDS)
        yield (
            f"{shown} stands where no event is: expected <source>/<detail-type>/<version>.json or "
            f"<version>-<variant>.json, of {known}; move it, or remove it with its version"
        )
        return
    about = f"{shown}: {kind.detail_type} {kind.version}:"
    mend = f"Mend the example, or the contract in contracts/{_module(kind)}.py"
    try:
        example = json.loads(path.read_text())
    except ValueError as error:
        yield f"{about} no JSON: {error}. {mend}"
        return
    violations = schema_errors(schemas.event_schema(kind), example)
    for one in violations:
        yield f"{about} {one.json_path} is {one.instance!r}: {one.message}. {mend}"
    if not violations:
        yield from (f"{about} {fault}. {mend}" for fault in _faults_of_content(kind, example))


def _module(kind: EventType) -> str:
    return kind.domain.replace("-", "_")


def _faults_of_content(kind: EventType, example: dict[str, Any]) -> Iterator[str]:
    metadata, data = example["detail"]["metadata"], example["detail"]["data"]
    if metadata["version"] != kind.version:
        yield (
            f"$.detail.metadata.version is {metadata['version']!r}: expected {kind.version!r}, as "
            "the file is named"
        )
        return
    try:
        event = decode(json.dumps(example))
    except UnreadableEvent as error:
        yield f"it cannot be decoded: {error}"
        return
    if metadata["subject"] not in data.values():
        ids = ", ".join(repr(value) for value in data.values() if isinstance(value, str))
        yield (
            f"$.detail.metadata.subject is {metadata['subject']!r}: expected the id of what the "
            f"event is about, which $.detail.data has too: one of {ids}"
        )
    if kind.is_current:
        written = json.loads(detail_json(event))["data"]
        for name in data.keys() - written.keys():
            yield f"$.detail.data.{name} is {data[name]!r}: expected no such field"
