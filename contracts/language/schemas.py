"""Generates the JSON Schemas (draft 4, as the EventBridge Schema Registry takes): `make docs`.

https://docs.aws.amazon.com/eventbridge/latest/schema-reference/what-is-eventbridge-schemas.html
"""

import json
from pathlib import Path
from typing import Any

import msgspec

from contracts.language.catalog import CATALOG, COMMANDS, EventType
from contracts.language.envelope import Detail
from contracts.language.types import Contract

FOLDER = Path(__file__).parents[1] / "schemas"
DRAFT = "http://json-schema.org/draft-04/schema#"


def schema_name(event: EventType) -> str:
    """The name in the Schema Registry and, with .json, in `schemas/`."""
    return f"{event.source}@{event.detail_type}-{event.version}"


def _decimal_as_number(schema: dict[str, Any]) -> dict[str, Any]:
    """msgspec writes decimals as strings; on our wire they are JSON numbers, which it reads too."""
    return {"type": "number"} if schema.get("format") == "decimal" else schema


def _components(contract: type[Contract]) -> tuple[dict[str, Any], dict[str, Any]]:
    components = msgspec.json.schema_components([contract], ref_template="#/definitions/{name}")
    (schema,), definitions = json.loads(json.dumps(components), object_hook=_decimal_as_number)
    return schema, definitions


def event_schema(event: EventType) -> dict[str, Any]:
    """The JSON Schema of the whole event, as a rule's target receives it."""
    detail, definitions = _components(Detail[event.data])  # type: ignore[name-defined]
    return {
        "$schema": DRAFT,
        "title": schema_name(event),
        "type": "object",
        "required": ["source", "detail-type", "detail"],
        "properties": {
            "source": {"enum": [event.source]},
            "detail-type": {"enum": [event.detail_type]},
            "detail": detail,
        },
        "definitions": definitions,
    }


def _command_schema(command: type[Contract]) -> dict[str, Any]:
    schema, definitions = _components(command)
    return {"$schema": DRAFT, "title": command.__name__} | schema | {"definitions": definitions}


def generated() -> dict[str, str]:
    """Every schema as it must be committed: file name to text."""
    schemas = {schema_name(event): event_schema(event) for event in CATALOG}
    schemas |= {command.__name__: _command_schema(command) for command in COMMANDS}
    return {f"{name}.json": json.dumps(schema, indent=2) + "\n" for name, schema in schemas.items()}


def write() -> None:
    """Makes `schemas/` current, without those of contracts that are gone."""
    FOLDER.mkdir(exist_ok=True)
    current = generated()
    for name, text in current.items():
        (FOLDER / name).write_text(text)
    for path in FOLDER.glob("*.json"):
        if path.name not in current:
            path.unlink()


if __name__ == "__main__":
    write()
