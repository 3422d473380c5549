"""The published language: schemas, golden examples, and what a consumer makes of them."""

import ast
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import contracts
from contracts.language import schemas
from contracts.language.catalog import CATALOG, COMMANDS, CURRENT, VERSIONS, EventType
from eventing.events import UnreadableEvent, decode, detail_json
from tests.unit.contract_faults import KINDS, faults_of_examples, faults_of_schemas, schema_errors
from tests.unit.golden import EXAMPLES

PATHS = sorted(EXAMPLES.rglob("*.json"))
Example = dict[str, Any]


def kind_of(example: Example) -> EventType:
    version = example["detail"]["metadata"]["version"]
    return KINDS[example["source"], example["detail-type"], version]


@pytest.fixture(params=PATHS, ids=[str(path.relative_to(EXAMPLES)) for path in PATHS])
def example(request: pytest.FixtureRequest) -> Example:
    read: Example = json.loads(request.param.read_text())
    return read


def test_every_version_of_every_event_has_an_example_as_its_contract_says() -> None:
    assert faults_of_examples(EXAMPLES) == []


def test_the_committed_schemas_are_those_of_the_contracts() -> None:
    assert faults_of_schemas(schemas.FOLDER) == []


@pytest.mark.parametrize("name", sorted(schemas.generated()))
def test_a_schema_is_of_draft_4(name: str) -> None:
    jsonschema.Draft4Validator.check_schema(json.loads(schemas.generated()[name]))


def test_an_event_has_one_current_version_and_every_other_leads_to_it() -> None:
    for kind in CATALOG:
        current = [one for one in CURRENT.values() if one.detail_type == kind.detail_type]
        assert len(current) == 1, f"{kind.detail_type}: versions without an upcast"


def test_every_old_version_is_upcast_to_the_current_one(example: Example) -> None:
    kind, event = kind_of(example), decode(json.dumps(example))
    read = VERSIONS[type(event.data)]
    assert read.is_current
    assert (read.source, read.detail_type) == (kind.source, kind.detail_type)


def test_versions_of_an_event_differ_in_their_major_number() -> None:
    majors = [(kind.source, kind.detail_type, kind.version.partition(".")[0]) for kind in CATALOG]
    assert len(set(majors)) == len(majors)


def test_a_source_is_one_domain_s() -> None:
    sources = {kind.domain: kind.source for kind in CATALOG}
    assert len(set(sources.values())) == len(sources)


def test_a_type_of_data_is_one_version_s() -> None:
    assert len(VERSIONS) == len(CATALOG)


def test_an_event_and_a_command_say_in_their_docstring_what_they_are() -> None:
    for model in (*VERSIONS, *COMMANDS):
        assert "__doc__" in vars(model), f"{model.__module__}.{model.__name__} has no docstring"


@pytest.mark.parametrize(
    "path", sorted(Path(contracts.__path__[0]).glob("*.py")), ids=lambda path: path.name
)
def test_a_domain_s_contract_knows_the_language_and_no_other_contract(path: Path) -> None:
    imported = {
        node.module
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("contracts")
    }
    assert {name for name in imported if not str(name).startswith("contracts.language")} == set()


def test_an_example_of_the_current_version_is_written_as_it_was_read(example: Example) -> None:
    event = decode(json.dumps(example))
    written = json.loads(detail_json(event))
    assert written["metadata"] == example["detail"]["metadata"]
    if kind_of(example).is_current:
        assert written["data"] == example["detail"]["data"]


def test_a_field_that_no_contract_knows_is_ignored(example: Example) -> None:
    expected = decode(json.dumps(example)).data
    example["resent"] = True
    example["detail"]["note"] = {"deep": [1]}
    example["detail"]["metadata"]["tenant"] = "a"
    example["detail"]["data"]["giftWrap"] = True
    assert decode(json.dumps(example)).data == expected
    assert schema_errors(schemas.event_schema(kind_of(example)), example) == []


def test_a_later_minor_version_is_read(example: Example) -> None:
    expected = decode(json.dumps(example)).data
    metadata = example["detail"]["metadata"]
    metadata["version"] = f"{metadata['version'].partition('.')[0]}.7"
    assert decode(json.dumps(example)).data == expected


@pytest.mark.parametrize("version", ["99.0", "0.9", "20.0", "02.0"])
def test_an_unknown_version_is_refused_by_name(example: Example, version: str) -> None:
    example["detail"]["metadata"]["version"] = version
    expected = f"no contract for {example['source']} {example['detail-type']} version {version}"
    with pytest.raises(UnreadableEvent, match=expected):
        decode(json.dumps(example))


@pytest.mark.parametrize("version", ["2", "two", "", "2.0.0", "2.0\n", 2, None])
def test_a_version_that_is_none_is_refused(example: Example, version: object) -> None:
    example["detail"]["metadata"]["version"] = version
    with pytest.raises(UnreadableEvent, match=r"\$\.detail\.metadata\.version|no contract"):
        decode(json.dumps(example))


def test_an_event_without_a_required_field_is_refused(example: Example) -> None:
    schema = schemas.event_schema(kind_of(example))
    definitions = schema["definitions"]
    required = {
        "metadata": definitions["Metadata"]["required"],
        "data": definitions[kind_of(example).data.__name__].get("required", []),
    }
    for part, fields in required.items():
        for field in fields:
            value = example["detail"][part].pop(field)
            assert schema_errors(schema, example) != []
            with pytest.raises(UnreadableEvent, match=f"`{field}` - at `\\$.detail.{part}`"):
                decode(json.dumps(example))
            example["detail"][part][field] = value


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the examples, to be spoilt."""
    return Path(shutil.copytree(EXAMPLES, tmp_path / "examples"))


def spoil(path: Path, change: Callable[[Example], object]) -> None:
    example = json.loads(path.read_text())
    change(example)
    path.write_text(json.dumps(example))


def first(folder: Path) -> tuple[Path, EventType]:
    """An example of a current version."""
    for path in sorted(folder.rglob("*.json")):
        kind = kind_of(json.loads(path.read_text()))
        if kind.is_current:
            return path, kind
    raise LookupError(folder)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            lambda example: example["detail"]["metadata"].pop("subject"),
            "$.detail.metadata is {...}: 'subject' is a required property. Mend the example",
        ),
        (
            lambda example: example["detail"]["metadata"].update(subject="nobody"),
            "$.detail.metadata.subject is 'nobody': expected the id of what the event is about",
        ),
        (
            lambda example: example["detail"]["metadata"].update(occurredAt=5),
            "$.detail.metadata.occurredAt is 5: 5 is not of type 'string'",
        ),
        (
            lambda example: example["detail"]["metadata"].update(version="7.3"),
            "$.detail.metadata.version is '7.3': expected '{version}', as the file is named",
        ),
        (
            lambda example: example["detail"]["data"].update(giftWrap=True),
            "$.detail.data.giftWrap is True: expected no such field",
        ),
        (
            lambda example: example.update(source="somebody"),
            "$.source is 'somebody': 'somebody' is not one of ['{source}']",
        ),
    ],
)
def test_a_wrong_example_is_told_with_event_field_value_and_how_to_mend_it(
    copy: Path, change: Callable[[Example], object], told: str
) -> None:
    path, kind = first(copy)
    spoil(path, change)
    (fault,) = faults_of_examples(copy)
    begins, _, ends = told.partition("{...}")
    about = f"{path}: {kind.detail_type} {kind.version}: "
    assert fault.startswith(about + begins.format(**kind._asdict()))
    assert ends in fault
    assert fault.endswith(f"or the contract in contracts/{kind.domain.replace('-', '_')}.py")


def test_a_missing_example_is_told_with_where_it_goes(copy: Path) -> None:
    _, kind = first(copy)
    folder = copy / kind.source / kind.detail_type
    for path in folder.glob(f"{kind.version}*.json"):
        path.unlink()
    (fault,) = faults_of_examples(copy)
    assert fault.startswith(f"{kind.detail_type} {kind.version} of {kind.source} has no golden")
    assert f"write {folder}/{kind.version}.json" in fault


def test_an_example_of_no_event_is_told_with_what_there_is(copy: Path) -> None:
    path, kind = first(copy)
    moved = path.with_name("99.0.json")
    shutil.copy(path, moved)
    (fault,) = faults_of_examples(copy)
    assert fault.startswith(f"{moved} stands where no event is: expected <source>/<detail-type>/")
    assert f"{kind.source}/{kind.detail_type}/{kind.version}" in fault


def test_an_example_that_is_no_json_is_told(copy: Path) -> None:
    path, _ = first(copy)
    path.write_text("{")
    (fault,) = faults_of_examples(copy)
    assert "no JSON: Expecting property name" in fault


@pytest.mark.parametrize("spoilt", [lambda path: path.unlink(), lambda path: path.write_text("{}")])
def test_a_stale_schema_is_told_with_the_command_that_mends_it(
    tmp_path: Path, spoilt: Callable[[Path], object]
) -> None:
    folder = Path(shutil.copytree(schemas.FOLDER, tmp_path / "schemas"))
    path = next(folder.iterdir())
    spoilt(path)
    (fault,) = faults_of_schemas(folder)
    assert fault.startswith(f"{path} is not what the contracts say: run `make docs`")


def test_a_schema_of_a_contract_that_is_gone_is_told(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(schemas.FOLDER, tmp_path / "schemas"))
    (folder / "gone@Gone-1.0.json").write_text("{}")
    (fault,) = faults_of_schemas(folder)
    assert "gone@Gone-1.0.json" in fault
